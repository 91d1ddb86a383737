// Collects an experiment's own and default axes, zips them, and orders dependent axes behind those they follow.
#include "grid/dimensions.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"

namespace espalier::grid {
namespace {

const std::vector<study::Value> kNoValues;

bool takes(const std::vector<study::Take>& all, const std::string& axis) {
  return std::any_of(all.begin(), all.end(), [&](const study::Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

bool fixes(const std::vector<std::pair<std::string, study::Value>>& fixed, const std::string& axis) {
  return std::any_of(fixed.begin(), fixed.end(), [&](const auto& entry) { return entry.first == axis; });
}

const std::string* chosen_value(const std::vector<std::pair<std::string, std::string>>& chosen,
                                const std::string& axis) {
  for (const auto& [name, value] : chosen) {
    if (name == axis) return &value;
  }
  return nullptr;
}

Dimension zipped(const study::Experiment& experiment, const study::Axis& axis, const std::vector<std::string>& group) {
  Dimension dimension;
  for (const auto& name : group) {
    if (const auto* member = study::find_axis(experiment, name)) dimension.axes.push_back(member);
  }
  for (const auto* member : dimension.axes) {
    if (member->by.empty()) continue;
    if (!dimension.by.empty() && dimension.by != member->by) {
      throw UsageError("the zip of '" + axis.name + "' follows '" + dimension.by + "' and '" + member->by + "'",
                       "axes that advance together follow one axis", "Split the zip.");
    }
    dimension.by = member->by;
  }
  return dimension;
}

}  // namespace

bool gives(const study::Experiment& experiment, const std::string& axis) {
  if (study::find_axis(experiment, axis) || fixes(experiment.fixed, axis) || takes(experiment.takes, axis)) return true;
  return std::any_of(experiment.cases.begin(), experiment.cases.end(),
                     [&](const study::Case& one) { return fixes(one.fixed, axis) || takes(one.takes, axis); });
}

const std::vector<study::Value>& Dimension::values(std::size_t axis, const std::string& followed) const {
  const auto& one = *axes[axis];
  if (one.by.empty()) return one.values;
  const auto found = one.per.find(followed);
  return found == one.per.end() ? kNoValues : found->second;
}

std::int64_t Dimension::size(const std::string& followed) const {
  const auto count = values(0, followed).size();
  for (std::size_t i = 1; i < axes.size(); ++i) {
    if (values(i, followed).size() != count) return -1;
  }
  return static_cast<std::int64_t>(count);
}

Dimensions::Dimensions(const study::Experiment& experiment, const GridContext& context) {
  defaults_.reserve(study::axes().size());  // dimensions_ points into it
  add_own(experiment);
  std::vector<study::Value> cases;
  for (const auto& one : experiment.cases) cases.emplace_back(one.name);
  if (!cases.empty()) add_default(experiment, "case", std::move(cases));
  for (const auto& row : study::axes()) {
    if (left_out_in(row, experiment, context) != study::LeftOut::every) continue;
    add_default(experiment, row.name, row.known(context));
  }
  order();
}

void Dimensions::add_own(const study::Experiment& experiment) {
  std::vector<std::string> done;
  for (const auto& axis : experiment.axes) {
    if (std::find(done.begin(), done.end(), axis.name) != done.end()) continue;
    std::vector<std::string> group = {axis.name};
    for (const auto& zip : experiment.zips) {
      if (std::find(zip.begin(), zip.end(), axis.name) != zip.end()) group = zip;
    }
    dimensions_.push_back(zipped(experiment, axis, group));
    done.insert(done.end(), group.begin(), group.end());
  }
}

void Dimensions::add_default(const study::Experiment& experiment, const std::string& name,
                             std::vector<study::Value> values) {
  if (values.empty() || gives(experiment, name)) return;
  study::Axis axis;
  axis.name = name;
  axis.values = std::move(values);
  defaults_.push_back(std::move(axis));
  dimensions_.push_back({{&defaults_.back()}, ""});
}

void Dimensions::order() {
  std::vector<Dimension> left = std::move(dimensions_), sorted;
  const auto provides = [](const Dimension& dimension, const std::string& name) {
    return std::any_of(dimension.axes.begin(), dimension.axes.end(),
                       [&](const study::Axis* axis) { return axis->name == name; });
  };
  while (!left.empty()) {
    const auto ready = std::find_if(left.begin(), left.end(), [&](const Dimension& dimension) {
      return dimension.by.empty() || std::any_of(sorted.begin(), sorted.end(), [&](const Dimension& before) {
               return provides(before, dimension.by);
             });
    });
    if (ready == left.end()) {
      throw UsageError("axis '" + left.front().axes[0]->name + "' follows '" + left.front().by + "'",
                       "that is no axis of this experiment, or follows it in turn",
                       "Make '" + left.front().by + "' an axis.");
    }
    sorted.push_back(*ready);
    left.erase(ready);
  }
  dimensions_ = std::move(sorted);
}

double Dimensions::product() const {
  std::vector<std::pair<std::string, std::string>> chosen;
  return product_from(0, chosen);
}

double Dimensions::product_from(std::size_t at, std::vector<std::pair<std::string, std::string>>& chosen) const {
  if (at == dimensions_.size()) return 1;
  const auto& dimension = dimensions_[at];
  const auto* followed = dimension.by.empty() ? nullptr : chosen_value(chosen, dimension.by);
  const auto size = dimension.size(followed ? *followed : "");
  if (size <= 0) return 0;
  const bool is_followed = std::any_of(dimensions_.begin() + static_cast<std::ptrdiff_t>(at), dimensions_.end(),
                                       [&](const Dimension& later) {
                                         return std::any_of(dimension.axes.begin(), dimension.axes.end(),
                                                            [&](const auto* axis) { return axis->name == later.by; });
                                       });
  if (!is_followed) return static_cast<double>(size) * product_from(at + 1, chosen);
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    for (std::size_t a = 0; a < dimension.axes.size(); ++a) {
      chosen.emplace_back(dimension.axes[a]->name,
                          to_string(dimension.values(a, followed ? *followed : "")[static_cast<std::size_t>(i)]));
    }
    sum += product_from(at + 1, chosen);
    chosen.resize(chosen.size() - dimension.axes.size());
  }
  return sum;
}

}  // namespace espalier::grid
