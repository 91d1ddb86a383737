// Journals a compiled study's runs and tasks, at the start and again whenever a selection has been made.
#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "runtime/scheduler_loop.hpp"

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

bool same_study(const store::StudyRecord& left, const store::StudyRecord& right) {
  return frame::to_bytes(left) == frame::to_bytes(right);
}

void refuse_errors(const plan::Plan& plan, const std::string& file) {
  if (!study::has_errors(plan.diagnostics)) return;
  std::string text;
  for (const auto& one : plan.diagnostics) text += "\nespalier: " + study::format(one, file);
  throw UsageError(file + " cannot be planned:" + text);
}

}  // namespace

/// Refuses another number of threads than the first launch had, since threads change last bits.
void SchedulerLoop::check_form() const {
  const auto& before = journal_.state().study;
  if (before.text.empty() || before.threads == options_.study.threads || options_.new_form == NewForm::accepted) return;
  throw UsageError(
      fmt::format("this directory was begun with --threads {}, not {}", before.threads, options_.study.threads),
      "other threads change the last bits of every result",
      fmt::format("Use --threads {}, or --new-form to accept the difference.", before.threads));
}

void SchedulerLoop::plan_again() {
  const auto outcomes = journal_.state().outcomes();
  Planned planned = replan_(outcomes, journal_.state().selections);
  refuse_errors(planned.plan, options_.study.file_name);
  keep_forms(planned.plan);
  if (options_.setup.smoke) planned.plan = one_of_each_shape(std::move(planned.plan));
  bars_ = std::move(planned.bars);
  for (const auto& checkpoint : planned.checkpoints) artifacts_.add(checkpoint);
  if (!same_study(journal_.state().study, options_.study)) journal_.write(options_.study);
  auto added = new_tasks(planned.plan, outcomes);
  write_plan(planned.plan, outcomes);
  journal_.commit();
  watch_pending(planned.plan);
  tell(sched::TasksAdded{std::move(added)});
}

/// Keeps the forms that were journaled with a task's plan row, for all attempts. --new-form replaces those of tasks
/// that are neither done nor already planned in this launch.
void SchedulerLoop::keep_forms(plan::Plan& plan) const {
  for (auto& task : plan.tasks) {
    const auto known = journal_.state().tasks.find(task.id);
    if (known == journal_.state().tasks.end()) continue;
    const bool open = !scheduler_.knows(task.id) && known->second.state != task::RunState::done;
    if (options_.new_form == NewForm::refused || !open) task.form = known->second.task.form;
  }
}

void SchedulerLoop::write_plan(const plan::Plan& plan, const plan::Outcomes& outcomes) {
  for (const auto& selection : plan.selections) {
    const auto& known = journal_.state().selections;
    const bool is_known = std::any_of(known.begin(), known.end(), [&](const auto& one) {
      return one.key == selection.key && frame::to_bytes(one) == frame::to_bytes(selection);
    });
    if (!is_known) journal_.write(store::SelectionRecord{selection});
  }
  write_catalog(plan);
  write_tasks(plan, outcomes);
  write_runs(plan);
}

void SchedulerLoop::write_catalog(const plan::Plan& plan) {
  task::Catalog added;
  for (const auto& [digest, network] : plan.catalog.networks) {
    if (!journal_.state().catalog.networks.contains(digest)) added.networks[digest] = network;
  }
  for (const auto& [digest, list] : plan.catalog.class_lists) {
    if (!journal_.state().catalog.class_lists.contains(digest)) added.class_lists[digest] = list;
  }
  if (added.networks.empty() && added.class_lists.empty()) return;
  journal_.write(store::CatalogRecord{added});
  for (const auto worker : present_) say(worker, protocol::CatalogUpdate{added});
}

/// Whether the wanted record comes too late for this launch, because the training runs already or has ended without
/// all of it. The next launch trains it again.
bool SchedulerLoop::is_too_late(const store::TaskState& known, const task::Task& wanted) const {
  if (!scheduler_.knows(wanted.id)) return false;
  return known.state == task::RunState::running ||
         (task::is_final(known.state) && !plan::covers(known.recorded, wanted.record));
}

/// Journals tasks that are new, or whose record or form differs from the journaled one.
void SchedulerLoop::write_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes) {
  std::vector<task::Task> changed;
  for (const auto& task : plan.tasks) {
    const auto found = journal_.state().tasks.find(task.id);
    if (found == journal_.state().tasks.end()) {
      changed.push_back(task);
      continue;
    }
    const auto& known = found->second.task;
    const bool same_form = known.form == task.form || plan::is_done(task, outcomes);  // done tasks keep their form
    if (known.record == task.record && same_form) continue;
    if (is_too_late(found->second, task)) late_.insert(task.id);
    else changed.push_back(task);
  }
  if (changed.empty()) return;
  in_chunks(changed,
            [&](std::vector<task::Task> tasks, bool) { journal_.write(store::TasksRecord{std::move(tasks)}); });
}

void SchedulerLoop::write_runs(const plan::Plan& plan) {
  const auto& state = journal_.state();
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
    journal_.write(store::RunsRecord{some_left && first, std::move(runs)});
  });
}

bool SchedulerLoop::records_more(const task::Task& task) const {
  const auto found = journal_.state().tasks.find(task.id);
  return found != journal_.state().tasks.end() && !(found->second.task.record == task.record);
}

std::vector<sched::AddedTask> SchedulerLoop::new_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes) {
  std::vector<sched::AddedTask> added;
  for (const auto& task : plan.tasks) {
    const bool is_new = in_scope_.insert(task.id).second;
    if (is_new || records_more(task))
      added.push_back({task, history_of(task, outcomes), plan::sharing_of(task, options_.passes)});
    if (!is_new) continue;
    for (const auto& unit : task.train.units) {
      if (unit.start.kind == task::StartKind::checkpoint) artifacts_.add(unit.start.checkpoint);
    }
  }
  return added;
}

sched::History SchedulerLoop::history_of(const task::Task& task, const plan::Outcomes& outcomes) const {
  const auto found = journal_.state().tasks.find(task.id);
  if (found == journal_.state().tasks.end()) return {};
  const auto& known = found->second;
  sched::History history;
  const bool wanted_anew = known.state == task::RunState::done && !plan::is_done(task, outcomes);
  if (task::is_final(known.state) && !wanted_anew) history.state = known.state;
  if (!known.attempts.empty()) history.attempts = static_cast<std::int32_t>(known.attempts.size());
  history.charged = known.charged;
  if (artifacts_.holds(known.training.artifact)) {
    history.resume = known.training.artifact;
    history.resume_at = known.training.at;
  }
  if (artifacts_.holds(known.finished.artifact)) history.finished = known.finished.artifact;
  return history;
}

void SchedulerLoop::watch_pending(const plan::Plan& plan) {
  pending_.clear();
  for (const auto& selection : plan.pending) {
    if (!selection.needs.empty()) pending_.push_back(selection.needs);
  }
  ended_since_plan_ = false;
}

bool SchedulerLoop::selection_is_due() const {
  const auto has_ended = [&](const TaskId& id) {
    const auto found = journal_.state().tasks.find(id);
    if (found == journal_.state().tasks.end() || !task::is_final(found->second.state)) return false;
    // Done without the row that is asked for: it is trained again.
    return found->second.state != task::RunState::done ||
           plan::covers(found->second.recorded, found->second.task.record);
  };
  return std::any_of(pending_.begin(), pending_.end(), [&](const std::vector<TaskId>& needs) {
    return std::all_of(needs.begin(), needs.end(), has_ended);
  });
}

void SchedulerLoop::judge_source(const TaskId& id) {
  const auto bar = bars_.find(id);
  if (bar == bars_.end() || setup_.smoke) return;  // a source of one step cannot be judged
  const auto* result = store::result_at(journal_.state().tasks.at(id), metrics::Subset::valid);
  if (!result || result->of(metrics::Metric::top1) >= bar->second.below) return;
  warn(
      fmt::format("{} reached {:.0f} % validation top-1, below the {:.0f} % of a usable source (warn_below). What is "
                  "transferred from it says little.",
                  bar->second.name, 100 * result->of(metrics::Metric::top1), 100 * bar->second.below));
}

void SchedulerLoop::warn(const std::string& text) {
  const auto& known = journal_.state().warnings;
  if (std::find(known.begin(), known.end(), text) != known.end()) return;
  journal_.write(store::WarningRecord{text});
  fmt::print(stderr, "espalier: warning: {}\n", text);  // the supervisor shows it now, and all warnings at the end
}

}  // namespace espalier::runtime
