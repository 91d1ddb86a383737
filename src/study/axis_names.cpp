// Tells axes by name, those of the table and the training values, and checks their values.
#include "study/axis_names.hpp"

#include <algorithm>

#include "espalier/study/axes.hpp"
#include "espalier/study/train_table.hpp"
#include "espalier/study/train_values.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

constexpr const char* kTrainPrefixes[] = {"train.", "source."};

/// Tries a value of `train.<key>` on values that have a group of every name an axis may ask for.
std::optional<Problem> train_value(const std::string& key, const Value& value) {
  TrainValues trial;
  if (key.starts_with("rates.")) {
    RateGroup group;
    group.units = key.substr(6, key.rfind('.') - 6);
    trial.rates = {group};
  }
  return set_train_value(trial, key, value);
}

std::string train_key_of(const std::string& axis) {
  for (const std::string prefix : kTrainPrefixes) {
    if (axis.starts_with(prefix)) return axis.substr(prefix.size());
  }
  return "";
}

}  // namespace

const std::vector<std::string>& axis_names() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> names;
    for (const auto& row : axes()) names.push_back(row.name);
    for (const char* prefix : kTrainPrefixes) {
      for (const auto& key : train_keys()) names.push_back(prefix + key);
    }
    return names;
  }();
  return all;
}

std::string stored_axis_name(const std::string& axis) {
  const std::string key = train_key_of(axis);
  if (key.empty()) return axis;
  for (const auto& row : train_rows()) {
    if (row.key == key && !row.first_name.empty()) return axis.substr(0, axis.size() - key.size()) + row.first_name;
  }
  return axis;
}

bool is_axis(const std::string& name) {
  const auto& known = axis_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  const std::string key = train_key_of(name);
  return !key.empty() && is_train_key(key);
}

std::optional<Problem> check_axis_value(const std::string& axis, const Value& value) {
  if (const auto* row = axis_row(axis)) return row->check(value);
  const std::string key = train_key_of(axis);
  return key.empty() ? word_of(value, {}).problem : train_value(key, value);
}

GridContext grid_context_of(const Study& study) {
  GridContext context;
  context.splits = study.split.kind == Split::Kind::listed ? static_cast<std::int32_t>(study.split.listed.size())
                                                           : study.split.count;
  context.folds = study.split.folds;
  for (const auto& source : study.sources) context.sources.push_back(source.name);
  for (const auto& target : study.targets) context.targets.push_back(target.name);
  for (const auto& network : study.networks) {
    if (network.front) continue;
    context.networks.push_back(network.name);
    context.depth[network.name] = network.spec.depth();
  }
  return context;
}

}  // namespace espalier::study
