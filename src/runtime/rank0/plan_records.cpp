// Compares a plan with the journaled state and writes the differences as records of limited size.
#include "runtime/rank0/plan_records.hpp"

#include <algorithm>
#include <utility>

namespace espalier::runtime {

namespace {

constexpr std::size_t kChunk = 5000;             ///< runs or tasks per record
constexpr std::size_t kChunkBytes = 64UL << 20;  ///< at most so many bytes, since frames have a size limit

/// Calls `write` with pieces of `items`; calls it once with no items if there are none.
template <class Item, class Write>
void in_chunks(const std::vector<Item>& items, Write write) {
  std::vector<Item> piece;
  std::size_t bytes = 0;
  bool first = true;
  for (const Item& item : items) {
    piece.push_back(item);
    bytes += frame::to_bytes(item).size();
    if (piece.size() < kChunk && bytes < kChunkBytes) continue;
    write(std::exchange(piece, {}), std::exchange(first, false));
    bytes = 0;
  }
  if (first || !piece.empty()) write(std::move(piece), first);
}

void write_selections(JournaledState& journal, const plan::Plan& plan) {
  for (const auto& selection : plan.selections) {
    const auto& known = journal.state().selections;
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const auto& one) {
      return one.key == selection.key && frame::to_bytes(one) == frame::to_bytes(selection);
    });
    if (!is_known) journal.write(store::SelectionRecord{selection});
  }
}

task::Catalog write_catalog(JournaledState& journal, const plan::Plan& plan) {
  task::Catalog added = task::difference(plan.catalog, journal.state().catalog);
  if (!added.empty()) journal.write(store::CatalogRecord{added});
  return added;
}

void write_tasks(JournaledState& journal, const std::vector<task::Task>& changed) {
  if (changed.empty()) return;
  in_chunks(changed, [&](std::vector<task::Task> tasks, bool) { journal.write(store::TasksRecord{std::move(tasks)}); });
}

/// Writes the runs that are new or differ, or the whole list where some have left the study.
void write_runs(JournaledState& journal, const plan::Plan& plan) {
  const auto& state = journal.state();
  std::vector<plan::PlannedRun> changed;
  std::size_t known = 0;
  for (const auto& run : plan.runs) {
    const auto found = state.run_index.find(run.id);
    const bool is_known = found != state.run_index.end() && state.runs[found->second].current;
    known += is_known;
    if (!is_known || frame::to_bytes(state.runs[found->second].run) != frame::to_bytes(run)) changed.push_back(run);
  }
  const auto listed = static_cast<std::size_t>(
      std::count_if(state.runs.begin(), state.runs.end(), [](const auto& entry) { return entry.current; }));
  if (changed.empty() && known == listed) return;
  const bool some_left = known != listed;
  in_chunks(some_left ? plan.runs : changed, [&](std::vector<plan::PlannedRun> runs, bool first) {
    journal.write(store::RunsRecord{some_left && first, std::move(runs)});
  });
}

}  // namespace

task::Catalog write_plan(JournaledState& journal, const plan::Plan& plan, const std::vector<task::Task>& changed) {
  write_selections(journal, plan);
  task::Catalog added = write_catalog(journal, plan);
  write_tasks(journal, changed);
  write_runs(journal, plan);
  return added;
}

}  // namespace espalier::runtime
