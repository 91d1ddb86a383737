// Turns a compiled study into records, tasks for the scheduler, and selections to wait for.
#include "runtime/rank0/replanning.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/plan/refusal.hpp"
#include "espalier/store/recover.hpp"
#include "espalier/store/requested_work.hpp"
#include "runtime/busy.hpp"
#include "runtime/launch/backoff.hpp"
#include "runtime/rank0/plan_records.hpp"
#include "runtime/rank0/source_threshold.hpp"

namespace espalier::runtime {

namespace {

bool same_study(const store::StudyRecord& left, const store::StudyRecord& right) {
  return frame::to_bytes(left) == frame::to_bytes(right);
}

bool is_in_launch(const Planned& planned, const TaskId& task) {
  return !planned.works_on || planned.works_on->contains(task);
}

/// The tasks among `listed` that were done in another numeric form than the one that is planned now, in that form.
std::vector<task::Task> in_their_forms(const std::vector<task::Task>& listed, const store::Recovery& found) {
  std::vector<task::Task> changed;
  for (task::Task task : listed) {
    const auto done = std::lower_bound(found.tasks.begin(), found.tasks.end(), task.id,
                                       [](const store::RecoveredTask& one, const TaskId& id) { return one.task < id; });
    if (done == found.tasks.end() || done->task != task.id || done->form == task.form) continue;
    task.form = done->form;
    changed.push_back(std::move(task));
  }
  return changed;
}

}  // namespace

Replanning::Replanning(const LaunchOptions& options, const Replan& replan, JournaledState& journal,
                       ArtifactStore& artifacts, const sched::Scheduler& scheduler)
    : options_(options), replan_(replan), journal_(journal), artifacts_(artifacts), scheduler_(scheduler) {
  scope_.whole_study = options.whole_study;
}

void Replanning::check_form() const {
  const auto& before = journal_.state().study;
  if (before.text.empty() || before.threads == options_.study.threads || options_.new_form == NewForm::accepted) return;
  throw UsageError(
      fmt::format("this directory was begun with --threads {}, not {}", before.threads, options_.study.threads),
      "other threads change the last bits of every result",
      fmt::format("Use --threads {}, or --new-form to accept the difference.", before.threads));
}

Planned Replanning::compile() const {
  Planned planned = replan_(journal_.state().outcomes(), journal_.state().selections);
  plan::refuse_errors(planned.plan, options_.study.file_name);
  return planned;
}

/// Where records were lost, takes back what views and artifacts still hold of the planned tasks. What is done then may
/// decide selections, by which the plan grows.
Planned Replanning::compile_with_recovered(PlanNews& news) {
  if (journal_.was_always_whole()) return compile();
  if (!has_sought_) take_back_selections();
  Planned planned = compile();
  while (take_back(planned.plan, news)) planned = compile();
  return planned;
}

/// Before the study is compiled: a selection that was made is a fact.
void Replanning::take_back_selections() {
  auto found = store::find_recovery(journal_.state(), options_.out, store::FileCheck::presence);
  found.tasks.clear();
  journal_.take_back(found);
}

/// Whether the plan may be another one now.
bool Replanning::take_back(plan::Plan& plan, PlanNews& news) {
  keep_forms(plan);
  const auto unlisted = unlisted_tasks(plan);
  if (std::exchange(has_sought_, true) && unlisted.empty()) return false;
  const Busy reading("reading what results.h5 and artifacts hold", kNoLimit_s);
  if (!same_study(journal_.state().study, options_.study)) journal_.write(options_.study);
  news.catalog.merge(write_plan(journal_, plan, unlisted));
  const auto found = store::find_recovery(journal_.state(), options_.out, store::FileCheck::content,
                                          [&](const TaskId& id) { return !scheduler_.knows(id); });
  if (found.tasks.empty()) return false;
  write_plan(journal_, plan, in_their_forms(unlisted, found));
  journal_.take_back(found);
  for (const auto& one : found.tasks) {
    artifacts_.add(one.finished.artifact);
    artifacts_.add(one.predictions.artifact);
  }
  journal_.warn(fmt::format("what the journal had lost came back from {}: {}", found.views, store::describe(found)));
  return true;
}

std::vector<task::Task> Replanning::unlisted_tasks(const plan::Plan& plan) const {
  std::vector<task::Task> unlisted;
  for (const auto& task : plan.tasks) {
    if (!journal_.state().tasks.contains(task.id)) unlisted.push_back(task);
  }
  return unlisted;
}

PlanNews Replanning::plan_again() {
  PlanNews news;
  Planned planned = compile_with_recovered(news);
  news.given_back = give_back_wanted(planned);
  if (!news.given_back.empty()) planned = compile();
  const auto outcomes = journal_.state().outcomes();
  keep_forms(planned.plan);
  if (options_.setup.smoke) planned.plan = one_of_each_shape(std::move(planned.plan));
  thresholds_ = std::move(planned.thresholds);
  for (const auto& checkpoint : planned.checkpoints) artifacts_.add(checkpoint);
  if (!same_study(journal_.state().study, options_.study)) journal_.write(options_.study);
  news.tasks = new_tasks(planned, outcomes);
  note_gone(news);
  news.catalog.merge(write_plan(journal_, planned.plan, changed_tasks(planned.plan, outcomes)));
  watch_pending(planned.plan);
  drop_cancelled(news);
  journal_.commit();
  return news;
}

/// Journals that tasks which were cancelled are wanted again, by runs that are not, and returns them.
std::vector<TaskId> Replanning::give_back_wanted(const Planned& planned) {
  const auto& plan = planned.plan;
  std::unordered_set<TaskId> wanted;
  for (const auto& run : plan.runs) {
    if (!journal_.state().cancelled.contains(run.id)) wanted.insert(run.task);
  }
  store::GivenBackRecord record;
  for (auto task = plan.tasks.rbegin(); task != plan.tasks.rend(); ++task) {  // what needs a task stands behind it
    if (!wanted.contains(task->id)) continue;
    for (const auto& input : task->inputs) wanted.insert(input.task);
    const auto known = journal_.state().tasks.find(task->id);
    const bool was_cancelled =
        known != journal_.state().tasks.end() && known->second.state == task::RunState::cancelled;
    if (was_cancelled && is_in_launch(planned, task->id)) record.tasks.push_back(task->id);
  }
  record.time = wall_clock_s();
  if (!record.tasks.empty()) journal_.write(record);
  return record.tasks;
}

/// Says once that networks are not where the journal has them. Those that are needed are trained again.
void Replanning::note_gone(const PlanNews& news) {
  const auto gone = std::count_if(news.tasks.begin(), news.tasks.end(), [&](const sched::AddedTask& one) {
    const auto known = journal_.state().tasks.find(one.task.id);
    return known != journal_.state().tasks.end() && !known->second.finished.artifact.empty() &&
           one.history.finished.empty();
  });
  if (gone == 0) return;
  journal_.warn(
      fmt::format("{} finished network{} that the journal names {} not in 'artifacts': what is needed of "
                  "{} is made again.",
                  gone, gone == 1 ? "" : "s", gone == 1 ? "is" : "are", gone == 1 ? "it" : "them"));
}

/// Ends the tasks that only cancelled runs need; selections see that they are cancelled.
void Replanning::drop_cancelled(PlanNews& news) {
  const auto unneeded = store::unneeded_tasks(journal_.state());
  for (const TaskId& id : unneeded) {
    if (scheduler_.knows(id)) continue;  // the scheduler was told when the request came
    const auto attempts = static_cast<std::uint32_t>(journal_.state().tasks.at(id).attempts.size());
    journal_.write_fact(
        sched::TaskEnded{{journal_.segment(), attempts + 1}, id, task::RunState::cancelled, "on request"});
    scope_.tasks.erase(id);
    std::erase_if(news.tasks, [&](const sched::AddedTask& one) { return one.task.id == id; });
    ended_since_plan_ = true;
  }
}

/// Keeps the forms that were journaled with a task's plan row, for all attempts. --new-form replaces those of tasks
/// that are neither done nor already planned in this launch.
void Replanning::keep_forms(plan::Plan& plan) const {
  for (auto& task : plan.tasks) {
    const auto known = journal_.state().tasks.find(task.id);
    if (known == journal_.state().tasks.end()) continue;
    const bool open = !scheduler_.knows(task.id) && known->second.state != task::RunState::done;
    if (options_.new_form == NewForm::refused || !open) task.form = known->second.task.form;
  }
}

/// Tasks that are new, or whose record or form differs from the journaled one.
std::vector<task::Task> Replanning::changed_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes) {
  std::vector<task::Task> changed;
  if (journal_.state().tasks.empty()) changed.reserve(plan.tasks.size());
  for (const auto& task : plan.tasks) {
    const auto found = journal_.state().tasks.find(task.id);
    if (found == journal_.state().tasks.end()) {
      changed.push_back(task);
      continue;
    }
    const auto& known = found->second.task;
    const bool same_form =
        known.form == task.form || plan::work_left(task, outcomes) == plan::Work::none;  // done tasks keep their form
    if (known.record == task.record && same_form) continue;
    if (scheduler_.knows(task.id) && is_too_late(found->second, task.record)) scope_.late.insert(task.id);
    else changed.push_back(task);
  }
  return changed;
}

std::vector<sched::AddedTask> Replanning::new_tasks(const Planned& planned, const plan::Outcomes& outcomes) {
  std::vector<sched::AddedTask> added;
  if (scope_.tasks.empty()) added.reserve(planned.plan.tasks.size());
  for (const auto& task : planned.plan.tasks) {
    if (!is_in_launch(planned, task.id)) continue;
    const bool is_new = scope_.tasks.insert(task.id).second;
    if (is_new || records_more(task)) {
      added.push_back(
          {task, history_of(journal_.state(), task, outcomes, artifacts_), plan::sharing_of(task, options_.passes)});
      if (plan::work_left(task, outcomes) == plan::Work::measure) ask_for_missing(added.back());
    }
    if (!is_new) continue;
    for (const auto& start : task::unit_starts(task)) {
      if (start.kind == task::StartKind::checkpoint) artifacts_.add(start.checkpoint);
    }
  }
  return added;
}

/// Asks for the missing rows alone: of a probe, or of one worker that measures a kept network and does nothing else.
void Replanning::ask_for_missing(sched::AddedTask& added) const {
  const auto& known = journal_.state().tasks.at(added.task.id);
  const bool is_probe = task::probe_of(added.task) != nullptr;
  if (!is_probe && !added.history.measure) return;  // the network that the journal names is gone
  added.task.record.evaluations = task::lacking(known.recorded, added.task.record);
  if (is_probe) return;
  added.task.form.workers = 1;
  added.task.cost_s /= std::max(1, task::training(added.task).length.epoch);
  added.sharing = {};
}

bool Replanning::records_more(const task::Task& task) const {
  const auto found = journal_.state().tasks.find(task.id);
  return found != journal_.state().tasks.end() && !(found->second.task.record == task.record);
}

void Replanning::watch_pending(const plan::Plan& plan) {
  pending_.clear();
  for (const auto& selection : plan.pending) {
    if (!selection.needs.empty()) pending_.push_back(selection.needs);
  }
  ended_since_plan_ = false;
}

void Replanning::note_end(const sched::TaskEnded& end) {
  if (!task::is_final(end.state)) return;
  ended_since_plan_ = true;
  const auto threshold = thresholds_.find(end.task);
  // A source that a smoke test trained for one step cannot be judged.
  if (end.state != task::RunState::done || threshold == thresholds_.end() || options_.setup.smoke) return;
  if (const auto weakness = weakness_of(journal_.state().tasks.at(end.task), threshold->second))
    journal_.warn(*weakness);
}

plan::NetworkChoice Replanning::networks() const {
  const auto& tasks = journal_.state().tasks;
  const bool any = std::any_of(tasks.begin(), tasks.end(), [](const auto& one) {
    const auto keep = one.second.task.record.keep;
    return keep == task::Keep::best || keep == task::Keep::selected;
  });
  return any && !options_.setup.smoke && !options_.setup.noop ? compile().networks : plan::NetworkChoice{};
}

bool Replanning::take_due() { return std::exchange(ended_since_plan_, false) && selection_is_due(); }

bool Replanning::selection_is_due() const {
  const auto has_ended = [&](const TaskId& id) {
    const auto found = journal_.state().tasks.find(id);
    if (found == journal_.state().tasks.end() || !task::is_final(found->second.state)) return false;
    // Done without the row that is asked for: it is measured or trained again.
    return found->second.state != task::RunState::done ||
           task::lacking(found->second.recorded, found->second.task.record).empty();
  };
  return std::any_of(pending_.begin(), pending_.end(), [&](const std::vector<TaskId>& needs) {
    return std::all_of(needs.begin(), needs.end(), has_ended);
  });
}

sched::History history_of(const store::State& state, const task::Task& task, const plan::Outcomes& outcomes,
                          const ArtifactStore& artifacts) {
  const auto found = state.tasks.find(task.id);
  if (found == state.tasks.end()) return {};
  const auto& known = found->second;
  sched::History history;
  const plan::Work left = plan::work_left(task, outcomes);
  const bool wanted_anew = known.state == task::RunState::done && left != plan::Work::none;
  if (task::is_final(known.state) && !wanted_anew) history.state = known.state;
  if (!known.attempts.empty()) history.attempts = static_cast<std::int32_t>(known.attempts.size());
  history.charged = known.charged;
  history.memory_losses = known.memory_losses;
  if (artifacts.holds(known.training.artifact)) {
    history.resume = known.training.artifact;
    history.resume_at = known.training.at;
  }
  if (artifacts.holds(known.finished.artifact)) history.finished = known.finished.artifact;
  history.measure = left == plan::Work::measure && !history.finished.empty() && !task::probe_of(task);
  return history;
}

}  // namespace espalier::runtime
