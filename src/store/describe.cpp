// Words outcomes, losses, labels and task kinds for the tables.
#include "store/describe.hpp"

#include <fmt/format.h>

#include <set>

namespace espalier::store {

std::string outcome_text(const EndedRecord& ended) {
  const std::string name = ended.state == task::RunState::waiting ? "stopped" : task::name_of(ended.state);
  return ended.cause.empty() ? name : name + ": " + ended.cause;
}

std::string labels_text(const std::vector<plan::Label>& labels) {
  std::string joined;
  for (const plan::Label& label : labels) joined += (joined.empty() ? "" : ",") + label.axis + "=" + label.value;
  return joined;
}

std::string sources_of(const State& state, const TaskState& task) {
  std::set<std::string> digests;
  for (const task::Input& input : task.task.inputs) {
    const auto found = state.tasks.find(input.task);
    if (found != state.tasks.end()) digests.insert(found->second.finished.artifact.hex);
  }
  for (const task::UnitStart& start : task::unit_starts(task.task)) digests.insert(start.checkpoint.hex);
  digests.erase("");
  return fmt::format("{}", fmt::join(digests, ","));
}

}  // namespace espalier::store
