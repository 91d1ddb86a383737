// Looks up axes, fixed values, takes, names and network depths of an experiment.
#include "study/cells.hpp"

#include <algorithm>

#include "espalier/study/axes.hpp"

namespace espalier::study {
namespace {

bool takes(const std::vector<Take>& all, const std::string& axis) {
  return std::any_of(all.begin(), all.end(), [&](const Take& take) {
    return std::find(take.values.begin(), take.values.end(), axis) != take.values.end();
  });
}

const Value* fixed_value(const std::vector<std::pair<std::string, Value>>& fixed, const std::string& axis) {
  for (const auto& [name, value] : fixed) {
    if (name == axis) return &value;
  }
  return nullptr;
}

}  // namespace

const Experiment* find_experiment(const Study& study, const std::string& name) {
  for (const auto& experiment : study.experiments) {
    if (experiment.name == name) return &experiment;
  }
  return nullptr;
}

std::vector<std::string> experiment_names(const Study& study) {
  std::vector<std::string> names;
  for (const auto& experiment : study.experiments) names.push_back(experiment.name);
  return names;
}

std::vector<Take> all_takes(const Experiment& experiment) {
  std::vector<Take> all = experiment.takes;
  for (const auto& one : experiment.cases) all.insert(all.end(), one.takes.begin(), one.takes.end());
  return all;
}

Given given_by(const Experiment& experiment, const std::string& axis) {
  if (find_axis(experiment, axis)) return Given::axis;
  if (fixed_value(experiment.fixed, axis)) return Given::fixed;
  return takes(experiment.takes, axis) ? Given::taken : Given::nowhere;
}

bool has_axis(const Study& study, const Experiment& experiment, const std::string& name) {
  if (experiment.pick) {  // its runs have the values of those that it picks
    return std::any_of(experiment.pick->from.begin(), experiment.pick->from.end(), [&](const std::string& from) {
      const Experiment* candidate = find_experiment(study, from);
      if (!candidate || candidate->pick) return name != "chosen" && candidate;
      return has_axis(study, *candidate, name) || given_by(*candidate, name) != Given::nowhere;
    });
  }
  if (find_axis(experiment, name)) return true;
  const auto* row = axis_row(name);
  const auto left_out = row ? left_out_in(*row, experiment, grid_context_of(study)) : LeftOut::absent;
  return left_out == LeftOut::every || (left_out == LeftOut::one && row->repeats);
}

std::vector<GivenAxis> given_axes(const Experiment& experiment) {
  std::vector<GivenAxis> all;
  const auto add_takes = [&](const std::vector<Take>& takes) {
    for (const auto& take : takes) {
      for (const auto& name : take.values) all.push_back({name, take.where});
    }
  };
  for (const auto& axis : experiment.axes) all.push_back({axis.name, axis.where});
  for (const auto& [name, value] : experiment.fixed) all.push_back({name, experiment.where});
  add_takes(experiment.takes);
  for (const auto& one : experiment.cases) {
    for (const auto& [name, value] : one.fixed) all.push_back({name, one.where});
    add_takes(one.takes);
  }
  return all;
}

std::vector<Value> plain_values(const Experiment& experiment, const std::string& axis) {
  std::vector<Value> values;
  if (const Axis* found = find_axis(experiment, axis)) {
    values = found->values;
    for (const auto& [by, some] : found->per) values.insert(values.end(), some.begin(), some.end());
  }
  if (const Value* value = fixed_value(experiment.fixed, axis)) values.push_back(*value);
  for (const auto& one : experiment.cases) {
    if (const Value* value = fixed_value(one.fixed, axis)) values.push_back(*value);
  }
  return values;
}

std::vector<std::string> names_of(const Study& study, const std::string& axis) {
  std::vector<std::string> names;
  const auto* row = axis_row(axis);
  if (!row || !row->known) return names;
  for (const auto& value : row->known(grid_context_of(study))) names.push_back(to_string(value));
  return names;
}

Depth depth_of(const Study& study, const Experiment& experiment) {
  const auto wanted = plain_values(experiment, "network");
  Depth depth;
  for (const auto& network : study.networks) {
    if (wanted.empty() && depth.most > 0) break;  // without the axis, the first network is used
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), Value(network.name)) == wanted.end()) continue;
    if (network.spec.depth() == 0) return {};  // its own errors are reported elsewhere
    depth.least = depth.least == 0 ? network.spec.depth() : std::min(depth.least, network.spec.depth());
    depth.most = std::max(depth.most, network.spec.depth());
  }
  return depth;
}

}  // namespace espalier::study
