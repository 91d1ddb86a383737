#pragma once
// Runs the real scheduler in virtual time, on workers that take the estimated time and fail at random.
#include <algorithm>
#include <functional>

#include "espalier/sched/scheduler.hpp"

namespace espalier::sched {

struct SimulateOptions {
  std::int32_t workers = 1;
  double mtbf_s = 0;         ///< mean time between failures of one worker; 0: none fails
  double checkpoint_s = 60;  ///< what a failure loses at most, of a task
  std::uint64_t seed = 1;
};

/// Tasks that a selection adds once what it waits for has ended.
struct Growth {
  std::vector<AddedTask> tasks;
  std::vector<TaskId> after;
};
/// Asked with each task that has ended.
using Grow = std::function<Growth(const TaskId& ended)>;

struct Simulated {
  double makespan_s = 0;
  double work_s = 0;           ///< of all tasks, what bundles share counted once
  double critical_path_s = 0;  ///< of the longest chain of tasks that wait for each other, through selections
  double busy_s = 0;           ///< of all workers; more than work_s where failures lost something
  std::int64_t tasks = 0, bundles = 0, failures = 0, unfinished = 0;
  /// No schedule of these bundles can be shorter: not than the longest chain, nor than all workers need for the work
  /// that cannot begin before some time, from that time on.
  double lower_bound_s = 0;
};

/// Every task goes through the scheduler: the same that rank 0 runs.
Simulated simulate(std::vector<AddedTask> tasks, const SimulateOptions& options, const Grow& grow = {});

}  // namespace espalier::sched
