// Simulates workers, failures and checkpoints by a queue of future events.
#include "espalier/sched/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <queue>

#include "espalier/core/seed.hpp"

namespace espalier::sched {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// A future event at a worker. After a failure, events with an older `life` of the worker are ignored.
struct Happening {
  double at = 0;
  std::int64_t order = 0;  ///< for ties
  std::int32_t worker = 0, life = 0;
  bool fails = false;
  Fence fence;
  TaskId task;
  double seconds = 0;
  bool operator>(const Happening& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
};

class World {
 public:
  World(const SimulateOptions& options, const Grow& grow)
      : options_(options),
        grow_(grow),
        random_(options.seed),
        workers_(static_cast<std::size_t>(options.workers) + 1),
        scheduler_(forgiving()) {}

  Simulated run(std::vector<AddedTask> tasks) {
    for (std::int32_t w = 1; w <= options_.workers; ++w) tell(protocol::Hello{{w}, "", 0});
    add(std::move(tasks), {});
    while (!coming_.empty() && !scheduler_.all_ended()) {
      const Happening next = coming_.top();
      coming_.pop();
      auto& worker = workers_[static_cast<std::size_t>(next.worker)];
      if (next.life != worker.life) continue;
      now_ = next.at;
      if (next.fails) fail(next.worker);
      else end(next);
    }
    result_.makespan_s = now_;
    result_.lower_bound_s = lower_bound_s();
    const auto counts = scheduler_.counts();
    result_.unfinished = counts.waiting + counts.ready + counts.in_hand;
    return result_;
  }

 private:
  struct Running {
    Fence fence;
    TaskId task;
    double begins = 0, ends = 0;
  };
  /// Of a task: its earliest possible start and end, and the fraction that is safe in a checkpoint.
  struct Known {
    double earliest_start = 0, earliest_end = 0, fraction_done = 0;
    bool given_out = false;
  };
  struct Worker {
    std::int32_t life = 0;
    double free_at = 0, fails_at = kNever;
    std::vector<Running> running;
    std::vector<WorkerId> group;  ///< the group it works in; empty if none
  };

  static Options forgiving() {
    Options options;
    options.crash_budget = options.worker_budget = std::numeric_limits<std::int32_t>::max();
    return options;
  }

  void add(std::vector<AddedTask> tasks, const std::vector<TaskId>& after) {
    double base = 0;
    for (const auto& id : after) base = std::max(base, known_[id].earliest_end);
    known_.reserve(known_.size() + tasks.size());
    for (const auto& one : tasks) {
      double start = base;
      for (const auto& input : one.task.inputs) start = std::max(start, known_[input.task].earliest_end);
      known_[one.task.id] = {start, start + one.task.cost_s};
      result_.critical_path_s = std::max(result_.critical_path_s, start + one.task.cost_s);
      ++result_.tasks;
    }
    tell(TasksAdded{std::move(tasks)});
  }

  void tell(Event event) {
    const Commands commands = scheduler_.on(std::move(event), now_);
    for (const auto& dispatch : commands.dispatches) take(dispatch);
    if (std::exchange(telling_, true)) return;  // the outer call handles what this one starts
    while (!started_.empty()) {
      const auto [task, fence] = started_.back();
      started_.pop_back();
      tell(protocol::Started{fence, task, {}});
    }
    telling_ = false;
  }

  static std::vector<WorkerId> takers_of(const Dispatch& dispatch) {
    return dispatch.bundle.group.id == 0 ? std::vector{dispatch.worker} : dispatch.bundle.group.members;
  }

  void take(const Dispatch& dispatch) {
    ++result_.bundles;
    const auto takers = takers_of(dispatch);
    auto& leader = workers_[static_cast<std::size_t>(dispatch.worker.rank)];
    for (const auto taker : takers) {
      auto& worker = workers_[static_cast<std::size_t>(taker.rank)];
      if (worker.running.empty()) worker.free_at = now_;
      worker.group = dispatch.bundle.group.members;
    }
    double alone = 0;
    for (const auto& one : dispatch.bundle.tasks) alone += one.task.cost_s;
    for (const auto& one : dispatch.bundle.tasks) {
      auto& known = known_[one.task.id];
      const double share = alone > 0 ? dispatch.cost_s * one.task.cost_s / alone : 0;
      const auto width = static_cast<double>(takers.size());
      if (!std::exchange(known.given_out, true)) {
        result_.work_s += width * share;
        work_.emplace_back(known.earliest_start, width * share);
      }
      const double seconds = share * (1 - known.fraction_done);
      const double begins = leader.free_at;
      for (const auto taker : takers) {
        auto& worker = workers_[static_cast<std::size_t>(taker.rank)];
        worker.free_at = begins + seconds;
        worker.running.push_back({one.fence, one.task.id, begins, worker.free_at});
      }
      coming_.push({begins + seconds, ++count_, dispatch.worker.rank, leader.life, false, one.fence, one.task.id,
                    width * seconds});
    }
    for (const auto taker : takers) arm(taker.rank);
    for (const auto& one : dispatch.bundle.tasks) started_.push_back({one.task.id, one.fence});
  }

  double lower_bound_s() {
    std::sort(work_.begin(), work_.end(), std::greater<>());
    double bound = result_.critical_path_s, later = 0;
    for (const auto& [release, share] : work_) {
      later += share;
      bound = std::max(bound, release + later / options_.workers);
    }
    return bound;
  }

  /// Draws the worker's next failure, once per life.
  void arm(std::int32_t id) {
    auto& worker = workers_[static_cast<std::size_t>(id)];
    if (options_.mtbf_s <= 0 || worker.fails_at < kNever) return;
    worker.fails_at = now_ - options_.mtbf_s * std::log1p(-random_.uniform());
    coming_.push({worker.fails_at, ++count_, id, worker.life, true, {}, {}, 0});
  }

  void end(const Happening& happening) {
    auto holders = workers_[static_cast<std::size_t>(happening.worker)].group;
    if (holders.empty()) holders = {{happening.worker}};
    for (const auto holder : holders) {
      auto& worker = workers_[static_cast<std::size_t>(holder.rank)];
      std::erase_if(worker.running, [&](const Running& one) { return one.task == happening.task; });
    }
    result_.busy_s += happening.seconds;
    tell(protocol::CheckpointMade{happening.fence, happening.task, task::ArtifactKind::finished, {}, {"network"}, 0});
    tell(protocol::Ended{happening.fence, happening.task, task::End::done, "", happening.seconds, 0, ""});
    if (!grow_) return;
    Growth growth = grow_(happening.task);
    if (!growth.tasks.empty()) add(std::move(growth.tasks), growth.after);
  }

  /// The trainer is lost, with its work since the last checkpoint.
  void fail(std::int32_t id) {
    auto& worker = workers_[static_cast<std::size_t>(id)];
    worker.fails_at = kNever;
    ++worker.life;
    protocol::TrainerFailure failure{{id}, task::FailureCause::killed, 9, 0, "", {}, {}};
    for (const auto& one : worker.running) {
      failure.in_hand.push_back({one.task, one.fence});
      const double worked = std::clamp(now_ - one.begins, 0.0, one.ends - one.begins);
      result_.busy_s += worked;
      const double kept = std::floor(worked / options_.checkpoint_s) * options_.checkpoint_s;
      double& fraction = known_[one.task].fraction_done;
      if (one.ends > one.begins) fraction += (1 - fraction) * kept / (one.ends - one.begins);
    }
    worker.running.clear();
    worker.free_at = now_;
    for (const auto other : std::exchange(worker.group, {})) abandon(other);
    ++result_.failures;
    if (failure.in_hand.empty()) return arm(id);
    tell(failure);
  }

  /// Kills the trainer of a group that has lost another member.
  void abandon(WorkerId id) {
    auto& worker = workers_[static_cast<std::size_t>(id.rank)];
    if (worker.running.empty()) return;
    result_.busy_s += std::max(0.0, now_ - worker.running.front().begins);
    worker.running.clear();
    worker.group.clear();
    worker.free_at = now_;
    worker.fails_at = kNever;
    ++worker.life;
    arm(id.rank);
  }

  SimulateOptions options_;
  const Grow& grow_;
  SplitMix64 random_;
  std::vector<Worker> workers_;
  Scheduler scheduler_;
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> coming_;
  std::vector<protocol::InFlightTask> started_;  ///< dispatches whose workers have not reported yet that they began
  bool telling_ = false;
  std::unordered_map<TaskId, Known> known_;
  std::vector<std::pair<double, double>> work_;  ///< per task: its earliest start and its cost
  std::int64_t count_ = 0;
  double now_ = 0;
  Simulated result_;
};

}  // namespace

Simulated simulate(std::vector<AddedTask> tasks, const SimulateOptions& options, const Grow& grow) {
  return World(options, grow).run(std::move(tasks));
}

}  // namespace espalier::sched
