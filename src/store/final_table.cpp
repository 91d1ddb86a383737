// Builds the table `final`: the last measurements of every run that is done.
#include <algorithm>
#include <array>
#include <cmath>

#include "espalier/store/tables.hpp"
#include "store/axis_columns.hpp"
#include "store/column_adder.hpp"

namespace espalier::store {

namespace {

using metrics::Subset;

using metrics::kSubsets;
using LastRows = std::array<const metrics::Row*, kSubsets.size()>;

/// The result on each image set that the run is measured on.
/// Of the result where a rule to stop has chosen it, else of the last row.
std::int32_t epoch_of(const TaskState& task) {
  if (task.stopped != task::Stopped{}) return task.stopped.result.epoch;
  return task.rows.empty() ? 0 : task.rows.back().row.epoch;
}

LastRows last_rows(const TaskState& task, const plan::PlannedRun& run) {
  LastRows last{};
  for (const Subset subset : kSubsets) last[static_cast<std::size_t>(subset)] = result_at(task, run, subset);
  return last;
}

struct FinalRun {
  const plan::PlannedRun* run;
  std::int32_t epoch;  ///< of the last measurement
  LastRows rows;
};

std::vector<FinalRun> collect(const State& state) {
  std::vector<FinalRun> found;
  for (const RunEntry& entry : state.runs) {
    if (!entry.current || state.state_of(entry.run) != task::RunState::done) continue;
    const TaskState& task = state.tasks.at(entry.run.task);
    found.push_back({&entry.run, epoch_of(task), last_rows(task, entry.run)});
  }
  return found;
}

void add_subset(h5::Table& table, const std::vector<FinalRun>& found, Subset subset) {
  const auto row_of = [&](const FinalRun& at) { return at.rows[static_cast<std::size_t>(subset)]; };
  if (std::none_of(found.begin(), found.end(), row_of)) return;
  ColumnAdder<FinalRun> add(table, found);
  const std::string prefix = std::string(metrics::stored_name_of(subset)) + ".";
  const auto reals = [&](const char* name, auto&& of) {
    add.reals(prefix + name, [&](const FinalRun& at) { return row_of(at) ? of(*row_of(at)) : std::nan(""); });
  };
  for (const auto& facts : metrics::kMetrics) {
    reals(facts.name, [&](const metrics::Row& row) { return row.of(facts.metric); });
  }
  add.integers(prefix + "count", [&](const FinalRun& at) { return row_of(at) ? row_of(at)->count : 0; });
}

}  // namespace

h5::Table final_table(const State& state) {
  const std::vector<FinalRun> found = collect(state);
  h5::Table table("final", found.size());
  ColumnAdder<FinalRun> add(table, found);
  add.texts("run", [](const FinalRun& at) -> std::string_view { return at.run->id.hex.view(); });
  add.texts("experiment", [](const FinalRun& at) -> std::string_view { return at.run->experiment; });
  add.texts("task", [](const FinalRun& at) -> std::string_view { return at.run->task.hex.view(); });
  std::vector<const plan::PlannedRun*> runs;
  for (const FinalRun& at : found) runs.push_back(at.run);
  add_axis_columns(table, runs);
  add.integers("epoch", [](const FinalRun& at) { return at.epoch; });
  for (const Subset subset : kSubsets) add_subset(table, found, subset);
  return table;
}

}  // namespace espalier::store
