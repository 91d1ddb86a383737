// Builds the tables of runs, metrics, tasks, selections and candidates from the state.
#include "espalier/store/tables.hpp"

#include <algorithm>

#include "espalier/core/utf8.hpp"
#include "store/axis_columns.hpp"
#include "store/column_adder.hpp"
#include "store/describe.hpp"

namespace espalier::store {

namespace {

std::vector<const TaskState*> by_id(const State& state) {
  std::vector<const TaskState*> tasks;
  tasks.reserve(state.tasks.size());
  for (const auto& [id, task] : state.tasks) tasks.push_back(&task);
  std::sort(tasks.begin(), tasks.end(), [](auto* a, auto* b) { return a->task.id < b->task.id; });
  return tasks;
}

/// Which try of the task measured a row: 1 is the first.
std::int64_t attempt_number(const TaskState& task, Fence fence) {
  for (std::size_t i = 0; i < task.attempts.size(); ++i) {
    if (task.attempts[i].fence == fence) return static_cast<std::int64_t>(i) + 1;
  }
  return 0;
}

/// A column is as wide as its longest text, for every row: the journal has the whole of it.
std::string_view brief(std::string_view text) { return first_bytes(text, 240); }

std::string_view cause_of(const State& state, const plan::PlannedRun& run) {
  const auto found = state.tasks.find(run.task);
  return brief(found == state.tasks.end() || !run.aborted.empty() ? run.aborted : found->second.cause);
}

struct OwnedRow {
  const TaskState* task;
  const CurrentRow* current;
};

struct OwnedCandidate {
  const plan::SelectionOutcome* selection;
  const plan::Candidate* candidate;
};

}  // namespace

h5::Table runs_table(const State& state) {
  h5::Table table("runs", state.runs.size());
  ColumnAdder<RunEntry> add(table, state.runs);
  add.texts("run", [](const RunEntry& entry) -> std::string_view { return entry.run.id.hex.view(); });
  add.texts("experiment", [](const RunEntry& entry) -> std::string_view { return entry.run.experiment; });
  add.texts("task", [](const RunEntry& entry) -> std::string_view { return entry.run.task.hex.view(); });
  add.texts("state", [&](const RunEntry& entry) { return task::name_of(state.state_of(entry.run)); });
  add.texts("cause", [&](const RunEntry& entry) { return cause_of(state, entry.run); });
  add.integers("current", [](const RunEntry& entry) { return entry.current; });
  std::vector<const plan::PlannedRun*> runs;
  for (const RunEntry& entry : state.runs) runs.push_back(&entry.run);
  add_axis_columns(table, runs);
  return table;
}

h5::Table metrics_table(const State& state) {
  std::vector<OwnedRow> rows;
  for (const TaskState* task : by_id(state)) {
    for (const CurrentRow& current : task->rows) rows.push_back({task, &current});
  }
  h5::Table table("metrics", rows.size());
  ColumnAdder<OwnedRow> add(table, rows);
  add.texts("task", [](const OwnedRow& at) -> std::string_view { return at.task->task.id.hex.view(); });
  add.integers("attempt", [](const OwnedRow& at) { return attempt_number(*at.task, at.current->fence); });
  add.integers("epoch", [](const OwnedRow& at) { return at.current->row.epoch; });
  add.integers("step", [](const OwnedRow& at) { return at.current->row.step; });
  add.texts("subset", [](const OwnedRow& at) { return metrics::stored_name_of(at.current->row.subset); });
  for (const auto& facts : metrics::kMetrics) {
    add.reals(facts.name, [&](const OwnedRow& at) { return at.current->row.of(facts.metric); });
  }
  add.integers("count", [](const OwnedRow& at) { return at.current->row.count; });
  add.texts("set", [](const OwnedRow& at) -> std::string_view { return at.current->row.set.hex.view(); });
  return table;
}

h5::Table tasks_table(const State& state) {
  using Item = const TaskState*;
  const std::vector<Item> tasks = by_id(state);
  h5::Table table("tasks", tasks.size());
  ColumnAdder<Item> add(table, tasks);
  add.texts("task", [](Item task) -> std::string_view { return task->task.id.hex.view(); });
  add.texts("kind", [](Item task) { return task::name_of(task->task.kind()); });
  add.texts("state", [](Item task) { return task::name_of(task->state); });
  add.texts("cause", [](Item task) { return brief(task->cause); });
  add.reals("cost_s", [](Item task) { return task->task.cost_s; });
  add.reals("seconds", [](Item task) { return task->seconds; });
  add.integers("epoch_images", [](Item task) { return task->epoch_images; });
  add.integers("attempts", [](Item task) { return task->attempts.size(); });
  add.integers("charged", [](Item task) { return task->charged; });
  add.integers("threads", [](Item task) { return task->task.form.threads; });
  add.integers("cached_units", [](Item task) { return task->task.form.cached_units; });
  add.integers("workers", [](Item task) { return task->task.form.workers; });
  add.integers("fused", [](Item task) { return task->task.form.batched ? 1 : 0; });
  add.texts("device", [](Item task) -> std::string_view { return task->device; });
  add.texts("source", [&](Item task) { return table.keep(sources_of(state, *task)); });
  add.texts("finished", [](Item task) -> std::string_view { return task->finished.artifact.hex; });
  add.texts("predictions", [](Item task) -> std::string_view { return task->predictions.artifact.hex; });
  add.integers("ended_epoch", [](Item task) { return task->stopped.ended.epoch; });
  add.integers("ended_step", [](Item task) { return task->stopped.ended.step; });
  add.integers("result_epoch", [](Item task) { return task->stopped.result.epoch; });
  add.integers("result_step", [](Item task) { return task->stopped.result.step; });
  return table;
}

h5::Table selections_table(const State& state) {
  using Item = plan::SelectionOutcome;
  h5::Table table("selections", state.selections.size());
  ColumnAdder<Item> add(table, state.selections);
  add.texts("key", [](const Item& made) -> std::string_view { return made.key; });
  add.texts("experiment", [](const Item& made) -> std::string_view { return made.experiment; });
  add.texts("per", [&](const Item& made) { return table.keep(labels_text(made.per)); });
  add.texts("metric", [](const Item& made) -> std::string_view { return made.metric; });
  add.texts("chosen", [&](const Item& made) { return table.keep(labels_text(made.chosen)); });
  add.texts("reason", [](const Item& made) -> std::string_view { return made.reason; });
  add.integers("candidates", [](const Item& made) { return made.candidates.size(); });
  return table;
}

h5::Table candidates_table(const State& state) {
  using Item = OwnedCandidate;
  std::vector<Item> items;
  for (const plan::SelectionOutcome& made : state.selections) {
    for (const plan::Candidate& candidate : made.candidates) items.push_back({&made, &candidate});
  }
  h5::Table table("candidates", items.size());
  ColumnAdder<Item> add(table, items);
  add.texts("key", [](const Item& at) -> std::string_view { return at.selection->key; });
  add.texts("values", [&](const Item& at) { return table.keep(labels_text(at.candidate->values)); });
  add.reals("mean", [](const Item& at) { return at.candidate->mean; });
  add.reals("loss", [](const Item& at) { return at.candidate->loss; });
  add.integers("trained_units", [](const Item& at) { return at.candidate->trained_units; });
  add.integers("splits", [](const Item& at) { return at.candidate->splits; });
  add.integers("missing", [](const Item& at) { return at.candidate->missing; });
  add.integers("diverged", [](const Item& at) { return at.candidate->diverged; });
  add.integers("wins", [](const Item& at) { return at.candidate->wins; });
  add.reals("p_value", [](const Item& at) { return at.candidate->p_value; });
  add.integers("indistinguishable", [](const Item& at) { return at.candidate->indistinguishable; });
  return table;
}

}  // namespace espalier::store
