// Groups runs by their labels on some axes, and tells whether a group is one run.
#include "plan/parent_runs.hpp"

#include <algorithm>

namespace espalier::plan {
namespace {

const std::string* value_of(const std::vector<Label>& labels, const std::string& axis) {
  const auto found = std::find_if(labels.begin(), labels.end(), [&](const Label& label) { return label.axis == axis; });
  return found == labels.end() ? nullptr : &found->value;
}

void add_once(std::vector<std::string>& all, const std::string& name) {
  if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
}

/// Adds the axes of `one` that `other` has not with the same value.
void add_differing(const std::vector<Label>& one, const std::vector<Label>& other, std::vector<std::string>& differ) {
  for (const auto& label : one) {
    const auto* value = value_of(other, label.axis);
    if (!value || *value != label.value) add_once(differ, label.axis);
  }
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

ParentRuns::ParentRuns(const std::vector<PlannedRun>& runs, std::vector<std::string> same) : same_(std::move(same)) {
  groups_.reserve(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    auto& group = groups_.try_emplace(key_of(runs[i].labels), Equals{i, 0, {}}).first->second;
    if (group.runs++ == 0) continue;
    add_differing(runs[group.first].labels, runs[i].labels, group.differ);
    add_differing(runs[i].labels, runs[group.first].labels, group.differ);
  }
}

/// Each value with its length before it, so that no two sets of labels have one key; "-" where it is absent.
std::string ParentRuns::key_of(const std::vector<Label>& labels) const {
  std::string key;
  for (const auto& axis : same_) {
    const auto* value = value_of(labels, axis);
    key += value ? std::to_string(value->size()) + "'" + *value : "-";
  }
  return key;
}

ParentRun ParentRuns::of(const std::vector<Label>& labels) const {
  const auto found = groups_.find(key_of(labels));
  if (found == groups_.end()) {
    NoRun none;
    for (const auto& axis : same_) {
      if (const auto* value = value_of(labels, axis)) none.wanted.push_back({axis, *value});
    }
    return none;
  }
  const auto& group = found->second;
  if (group.runs == 1) return FoundRun{group.first};
  return SeveralRuns{group.runs, group.differ};
}

CompileError error_of(const NoRun& none, const study::Start& start) {
  std::vector<std::string> wanted;
  for (const auto& label : none.wanted) wanted.push_back(label.axis + "=" + label.value);
  return {{"experiment '" + start.experiment + "' has no run with " + (wanted.empty() ? "any values" : listed(wanted)),
           "a run starts from exactly one run there",
           "Give both experiments the same values of " + (start.same.empty() ? "an axis" : listed(start.same)) + "."},
          "no run to start from"};
}

CompileError error_of(const SeveralRuns& several, const study::Start& start) {
  return {{std::to_string(several.runs) + " runs of experiment '" + start.experiment + "' could be started from",
           several.differ.empty() ? "their labels are equal" : "they differ in " + listed(several.differ),
           "Add one or more of these axes to same, so that one run is left."},
          "several runs to start from"};
}

}  // namespace espalier::plan
