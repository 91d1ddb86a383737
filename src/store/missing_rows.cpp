// Compares the rows of done tasks with what their attempts were asked to measure.
#include "store/missing_rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::store {

namespace {

task::Moment end_of(const task::Task& task) {
  return task::probe_of(task) ? task::Moment{} : task::training(task).length;
}

/// A no-op task measures nothing, and a smoke test ends after the first step, in epoch 0.
bool ended_early(const TaskState& task) {
  if (task.device == "no-op") return true;
  return !task.rows.empty() && task.rows.back().row.epoch == 0 && end_of(task.task).epoch > 0;
}

bool has_row_at_end(const TaskState& task, const task::EvaluationSpec& wanted) {
  const task::Moment end = end_of(task.task);
  for (auto at = task.rows.rbegin(); at != task.rows.rend(); ++at) {
    if (task::Moment{at->row.epoch, at->row.step} != end) return false;
    if (at->row.subset == wanted.name && at->row.set == wanted.images) return true;
  }
  return false;
}

}  // namespace

void note_missing_rows(State& state) {
  std::vector<std::string> texts;
  for (auto& [id, task] : state.tasks) {
    if (task.state != task::RunState::done || ended_early(task)) continue;
    std::erase_if(task.recorded.evaluations, [&](const task::EvaluationSpec& one) {
      if (has_row_at_end(task, one)) return false;
      texts.push_back(fmt::format("task {} is done, and its row of the end on {} is gone: 'run' measures it again",
                                  id.brief(), metrics::name_of(one.name)));
      return true;
    });
  }
  std::sort(texts.begin(), texts.end());
  for (std::string& text : texts) state.dropped.push_back({Dropped::Kind::missing_rows, std::move(text)});
}

}  // namespace espalier::store
