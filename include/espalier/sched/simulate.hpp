#pragma once
// Runs the real scheduler in virtual time, on workers that take the estimated time and fail at random.
#include <algorithm>
#include <functional>

#include "espalier/sched/scheduler.hpp"

namespace espalier::sched {

struct SimulateOptions {
  std::int32_t workers = 1;
  double mtbf_s = 0;         ///< mean time between failures of one worker; 0: none fails
  double checkpoint_s = 60;  ///< the most work of a task that a failure loses
  std::uint64_t seed = 1;
};

/// Tasks that a selection adds when all tasks in `after` have ended.
struct Growth {
  std::vector<AddedTask> tasks;
  std::vector<TaskId> after;
};
/// Called for each task that has ended.
using Grow = std::function<Growth(const TaskId& ended)>;

struct Simulated {
  double makespan_s = 0;
  double work_s = 0;           ///< of all tasks, shared work counted once
  double critical_path_s = 0;  ///< of the longest chain of dependent tasks, selections included
  double busy_s = 0;           ///< of all workers; exceeds work_s by what failures lost
  std::int64_t tasks = 0, bundles = 0, failures = 0, unfinished = 0;
  /// No schedule of these bundles can be shorter than the longest chain, nor than what all workers need, from any
  /// moment on, for the work that cannot begin before that moment.
  double lower_bound_s = 0;
};

/// Runs every task through the same scheduler that rank 0 runs.
Simulated simulate(std::vector<AddedTask> tasks, const SimulateOptions& options, const Grow& grow = {});

}  // namespace espalier::sched
