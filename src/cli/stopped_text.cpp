// Compares what the last launch had in hand with what it saved.
#include "cli/stopped_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace espalier::cli {

namespace {

bool was_in_hand(const store::State& state, const store::TaskState& task) {
  if (task::is_final(task.state) || task.attempts.empty() || state.segments.empty()) return false;
  return task.attempts.back().fence.segment == state.segments.back().segment;
}

/// It ended in order, and what it measured lies before its checkpoint.
bool is_saved(const store::TaskState& task) {
  if (!task.attempts.back().outcome.starts_with("stopped")) return false;
  if (task::probe_of(task.task) || task.rows.empty()) return true;
  const auto& last = task.rows.back().row;
  return task::Moment{last.epoch, last.step} <= task.training.at;
}

std::string lost_text(const store::TaskState& task) {
  const std::string from =
      task.training.artifact.empty() ? "from the beginning" : fmt::format("from epoch {}", task.training.at.epoch);
  return fmt::format("\n  task {} goes on {}: {}", task.task.id.brief(), from, task.attempts.back().outcome);
}

}  // namespace

std::string stopped_text(const store::State& state) {
  std::vector<const store::TaskState*> lost;
  bool any = false;
  for (const auto& [id, task] : state.tasks) {
    if (!was_in_hand(state, task)) continue;
    any = true;
    if (!is_saved(task)) lost.push_back(&task);
  }
  if (!any) return "Work is left. The same command goes on.";
  if (lost.empty()) return "Stopped and saved. The same command goes on.";
  std::sort(lost.begin(), lost.end(), [](const auto* a, const auto* b) { return a->task.id < b->task.id; });
  constexpr std::size_t kNamed = 8;
  std::string text = fmt::format("Stopped. {} {} could not save what came after the last checkpoint:", lost.size(),
                                 lost.size() == 1 ? "task" : "tasks");
  for (std::size_t i = 0; i < std::min(kNamed, lost.size()); ++i) text += lost_text(*lost[i]);
  if (lost.size() > kNamed) text += fmt::format("\n  and {} more", lost.size() - kNamed);
  return text + "\nThe same command goes on.";
}

}  // namespace espalier::cli
