#pragma once
// A state written as the journal that would have led to it, for tests of whole programs.
#include <filesystem>

#include "espalier/store/journal.hpp"

namespace espalier::testing {

/// Appends rows, the records that name their image sets first; `sets` are those that were named before.
inline void append_rows(store::JournalWriter& journal, store::EvaluationSets& sets, const Fence& fence,
                        const TaskId& task, const std::vector<metrics::Row>& rows) {
  const auto unknown = sets.unknown_of(rows);
  for (const auto& set : unknown.sets) sets.add(set);
  if (!unknown.sets.empty()) journal.append(unknown);
  journal.append(sets.packed(fence, task, rows));
}

inline void write_task(store::JournalWriter& journal, store::EvaluationSets& sets, const store::TaskState& task) {
  const auto& id = task.task.id;
  for (const auto& attempt : task.attempts) {
    journal.append(store::AttemptRecord{attempt.fence, id, attempt.worker, attempt.resumed_from, attempt.started});
  }
  if (!task.rows.empty()) {
    std::vector<metrics::Row> rows;
    for (const auto& current : task.rows) rows.push_back(current.row);
    append_rows(journal, sets, task.attempts.back().fence, id, rows);
  }
  if (!task::is_final(task.state)) return;
  const auto& last = task.attempts.back();
  journal.append(store::EndedRecord{last.fence, id, task.state, task.cause, task.seconds, task.epoch_images,
                                    task.device, last.ended, task.diverged});
}

inline void write_journal(const store::State& state, const std::filesystem::path& out) {
  auto journal = store::JournalWriter::open(out, {"nodeA", 100, "", 0, false});
  journal.append(state.study);
  journal.append(store::CatalogRecord{state.catalog});
  store::TasksRecord tasks;
  for (const auto& [id, task] : state.tasks) tasks.tasks.push_back(task.task);
  journal.append(tasks);
  store::RunsRecord runs{true, {}};
  for (const auto& entry : state.runs) runs.runs.push_back(entry.run);
  journal.append(runs);
  store::EvaluationSets sets;
  for (const auto& [id, task] : state.tasks) write_task(journal, sets, task);
  for (const auto& selection : state.selections) journal.append(store::SelectionRecord{selection});
  for (const auto& warning : state.warnings) journal.append(store::WarningRecord{warning});
  journal.commit();
}

}  // namespace espalier::testing
