// Counts runs and tasks by state, and estimates speed and time left from recent trainings.
#include "espalier/report/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "espalier/task/timeline.hpp"

namespace espalier::report {
namespace {

std::int32_t last_epoch(const store::TaskState& task) { return task.rows.empty() ? 0 : task.rows.back().row.epoch; }

std::int64_t images_left(const store::TaskState& task) {
  if (task::is_final(task.state)) return 0;
  const std::int32_t epochs = task::probe_of(task.task) ? 0 : task::training(task.task).length.epoch;
  if (epochs <= 0) return task.task.epoch_images;
  return task.task.epoch_images * std::max(0, epochs - last_epoch(task)) / epochs;
}

double done_share(const store::TaskState& task) {
  if (task::is_final(task.state)) return 1;
  const std::int32_t epochs = task::probe_of(task.task) ? 0 : task::training(task.task).length.epoch;
  return epochs > 0 ? std::min(1.0, static_cast<double>(last_epoch(task)) / epochs) : 0;
}

/// Sums of what tasks were estimated to take and of what they took. Work that bundles share counts for each of them in
/// the estimate, so that only sums compare.
class Work {
 public:
  void add(const store::TaskState& task) {
    const double cost = std::max(0.0, task.task.cost_s), left = cost * (1 - done_share(task));
    all_ += cost;
    left_ += left;
    longest_ = std::max(longest_, left);
    if (task.state != task::RunState::done || task.seconds <= 0) return;
    estimated_ += cost;
    taken_ += task.seconds;
  }
  double all() const { return all_; }
  double done() const { return all_ - left_; }
  double seconds_left(std::int32_t workers) const {
    const double scale = estimated_ > 0 ? taken_ / estimated_ : 1;
    return scale * std::max(left_ / std::max(1, workers), longest_);
  }

 private:
  double all_ = 0, left_ = 0, longest_ = 0, estimated_ = 0, taken_ = 0;
};

/// Epoch-images per second of one worker over the trainings that ended last, times the workers; idle time is not
/// counted.
double recent_rate(const std::vector<const store::TaskState*>& tasks, std::int32_t workers) {
  constexpr std::size_t kRecent = 64;
  std::vector<const store::TaskState*> ended;
  for (const auto* task : tasks) {
    if (task->seconds > 0 && !task->attempts.empty() && task->attempts.back().ended > 0) ended.push_back(task);
  }
  const std::size_t kept = std::min(kRecent, ended.size());
  std::partial_sort(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(kept), ended.end(),
                    [](const auto* a, const auto* b) { return a->attempts.back().ended > b->attempts.back().ended; });
  double images = 0, seconds = 0;
  for (std::size_t i = 0; i < kept; ++i) {
    images += static_cast<double>(ended[i]->epoch_images);
    seconds += ended[i]->seconds;
  }
  return seconds > 0 ? images / seconds * std::max(1, workers) : 0;
}

/// The tasks of runs that are in the study, and the tasks they start from, each once.
class WantedTasks {
 public:
  explicit WantedTasks(const store::State& state) : state_(state) {}
  void add(const TaskId& id) {
    const auto found = id.empty() ? state_.tasks.end() : state_.tasks.find(id);
    if (found == state_.tasks.end() || !seen_.insert(&found->second).second) return;
    tasks.push_back(&found->second);
    for (const auto& input : found->second.task.inputs) add(input.task);
  }
  std::vector<const store::TaskState*> tasks;

 private:
  const store::State& state_;
  std::unordered_set<const store::TaskState*> seen_;
};

void count(StateCounts& counts, task::RunState state, bool later) {
  ++counts.total;
  ++counts[state];
  counts.later += later;
}

bool is_done(const store::State& state, const TaskId& id) {
  const auto found = state.tasks.find(id);
  return found != state.tasks.end() && found->second.state == task::RunState::done;
}

/// As runs are counted: a task whose inputs are all done waits for nothing but a worker.
task::RunState state_of(const store::State& state, const store::TaskState& task) {
  if (task.state != task::RunState::waiting) return task.state;
  const auto& inputs = task.task.inputs;
  const bool is_ready =
      std::all_of(inputs.begin(), inputs.end(), [&](const task::Input& one) { return is_done(state, one.task); });
  return is_ready ? task::RunState::ready : task::RunState::waiting;
}

void count_early_end(EndedEarly& early, const store::TaskState& task) {
  if (task.state != task::RunState::done || task.stopped == task::Stopped{} || task.task.images == 0) return;
  const auto& spec = task::training(task.task);
  const task::Timeline timeline(task.task.images, spec.batch, spec.length);
  const double epoch = timeline.steps_per_epoch();
  ++early.with_rule;
  early.trainings += task.stopped.ended < spec.length;
  early.epochs += static_cast<double>(timeline.index(task.stopped.ended)) / epoch;
  early.epochs_at_most += static_cast<double>(timeline.total_steps()) / epoch;
}

void count_tasks(StudyProgress& progress, const store::State& state, const WantedTasks& wanted) {
  Work work;
  for (const auto* task : wanted.tasks) {
    work.add(*task);
    count(progress.tasks, state_of(state, *task), false);
    if (!task::probe_of(task->task)) count_early_end(progress.ended_early, *task);
    progress.images_left += images_left(*task);
    if (task->state != task::RunState::running || task->attempts.empty()) continue;
    const auto& attempt = task->attempts.back();
    progress.running.push_back({task->task.id, attempt.worker, attempt.started, last_epoch(*task),
                                task::probe_of(task->task) ? 0 : task::training(task->task).length.epoch});
  }
  progress.images_per_s = recent_rate(wanted.tasks, state.study.workers);
  progress.work_s = work.all();
  progress.work_done_s = work.done();
  if (work.all() > 0) {
    progress.seconds_left = work.seconds_left(state.study.workers);
  } else if (progress.images_per_s > 0) {
    progress.seconds_left = static_cast<double>(progress.images_left) / progress.images_per_s;
  }
  std::sort(progress.running.begin(), progress.running.end(),
            [](const auto& a, const auto& b) { return a.worker < b.worker; });
}

}  // namespace

StudyProgress progress(const store::State& state) {
  StudyProgress progress;
  WantedTasks wanted(state);
  std::unordered_map<std::string, std::size_t> place;
  for (const auto& entry : state.runs) {
    if (!entry.current) continue;
    const auto [where, is_new] = place.try_emplace(entry.run.experiment, progress.experiments.size());
    if (is_new) progress.experiments.push_back({entry.run.experiment, {}});
    const task::RunState at = state.state_of(entry.run);
    const bool later = entry.run.task.empty() && entry.run.aborted.empty();
    count(progress.experiments[where->second].runs, at, later);
    count(progress.runs, at, later);
    wanted.add(entry.run.task);
  }
  count_tasks(progress, state, wanted);
  return progress;
}

std::string duration_text(double seconds) {
  const auto s = std::int64_t{std::llround(seconds)};
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min", (s + 30) / 60);
  if (s < 86400) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
  return fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
}

}  // namespace espalier::report
