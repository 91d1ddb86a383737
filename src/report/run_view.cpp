// Joins runs with their tasks, merges equal cells of several directories, and finds final rows.
#include "espalier/report/run_view.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "espalier/core/errors.hpp"
#include "espalier/plan/repetition.hpp"
#include "espalier/study/axes.hpp"

namespace espalier::report {
namespace {

const store::TaskState* task_of(const Directory& directory, const plan::PlannedRun& run) {
  if (run.task.empty()) return nullptr;
  const auto found = directory.state.tasks.find(run.task);
  return found == directory.state.tasks.end() ? nullptr : &found->second;
}

/// Which of two equal cells a merge of directories keeps: done before diverged before running before all others.
int preference(const RunView& view) {
  if (view.state == task::RunState::done) return 3;
  if (view.diverged()) return 2;
  return view.state == task::RunState::running ? 1 : 0;
}

using Axes = std::set<std::string>;

/// By experiment, the axes whose values were chosen for each split, replicate or fold.
std::map<std::string, std::shared_ptr<const Axes>> chosen_axes(const store::State& state) {
  std::map<std::string, Axes> all;
  for (const auto& selection : state.selections) {
    const bool for_each = std::any_of(selection.per.begin(), selection.per.end(),
                                      [](const plan::Label& label) { return study::repeats(label.axis); });
    if (!for_each) continue;
    for (const auto& label : selection.chosen) all[selection.experiment].insert(label.axis);
  }
  std::map<std::string, std::shared_ptr<const Axes>> shared;
  for (auto& [experiment, axes] : all) shared[experiment] = std::make_shared<const Axes>(std::move(axes));
  return shared;
}

void keep_better(RunView& kept, const RunView& other) {
  if (kept.state == task::RunState::done && other.state == task::RunState::done && kept.run->task != other.run->task) {
    throw UsageError("run " + kept.run->id.brief() + " of '" + kept.run->experiment + "' is another training in " +
                         kept.directory->name + " than in " + other.directory->name,
                     "the two studies differ in more than their grids",
                     "Look at them apart, or add 'directory' to --by.");
  }
  if (preference(other) > preference(kept)) kept = other;
}

}  // namespace

std::string RunView::value(const std::string& axis) const {
  if (axis == "experiment") return run->experiment;
  if (axis == "directory") return directory->name;
  const std::string* label = run->label(axis);
  return label ? *label : "";
}

std::string RunView::setting(const std::string& axis) const {
  return chosen && chosen->contains(axis) ? "chosen" : value(axis);
}

std::string RunView::repetition() const { return plan::repetition_of(*run); }

bool all_repeat_by_replicate(const std::vector<RunView>& views) {
  bool any = false;
  for (const auto& view : views) {
    if (view.run->task.empty()) continue;
    if (!plan::repeats_by_replicate(*view.run)) return false;
    any = true;
  }
  return any;
}

bool RunView::diverged() const { return task && task->diverged; }

std::vector<RunView> runs_of(const Directory& directory) {
  std::vector<RunView> views;
  const auto chosen = chosen_axes(directory.state);
  for (const auto& entry : directory.state.runs) {
    if (!entry.current) continue;
    const auto own = chosen.find(entry.run.experiment);
    views.push_back({&directory, &entry.run, task_of(directory, entry.run), directory.state.state_of(entry.run),
                     own == chosen.end() ? nullptr : own->second});
  }
  return views;
}

std::vector<RunView> runs_of(const std::vector<Directory>& directories, SameCell same_cell) {
  std::vector<RunView> views;
  std::unordered_map<RunId, std::size_t> place;
  for (const auto& directory : directories) {
    if (same_cell == SameCell::keep) place.clear();
    for (const auto& view : runs_of(directory)) {
      const auto [where, is_new] = place.try_emplace(view.run->id, views.size());
      if (is_new) views.push_back(view);
      else keep_better(views[where->second], view);
    }
  }
  return views;
}

const metrics::Row* final_row(const store::TaskState& task, metrics::Subset subset) {
  return task.state == task::RunState::done ? store::result_at(task, subset) : nullptr;
}

const metrics::Row* final_row(const RunView& view, metrics::Subset subset) {
  if (!view.task || view.task->state != task::RunState::done) return nullptr;
  return store::result_at(*view.task, *view.run, subset);
}

}  // namespace espalier::report
