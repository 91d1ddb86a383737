#pragma once
// What a launch ends with: pure functions of the journaled state and of what the launch set out to do.
#include <unordered_set>

#include "espalier/store/state.hpp"

namespace espalier::runtime {

/// What counts for the exit code of a launch.
struct LaunchScope {
  bool whole_study = true;           ///< false: runs without a task belong to another part
  std::unordered_set<TaskId> tasks;  ///< planned in this launch
  std::unordered_set<TaskId> late;   ///< among them those that should record more than this launch still can
};

/// Where the scheduler stands.
struct SchedulerView {
  bool all_ended = false;
  bool gave_up = false;          ///< no launch can go on
  bool too_many_failed = false;  ///< the launch was stopped by `--max-fails`
};

/// Whether the wanted record comes too late for this launch, because the training runs already or has ended without
/// all of it. The next launch trains the task again.
bool is_too_late(const store::TaskState& known, const task::RecordSpec& wanted);

/// Whether nothing is left to do. `replan_due`: a task has ended since the last plan, which may make selections due.
bool is_done(const SchedulerView& scheduler, bool replan_due);

/// environment where no launch can go on; stopped where runs of this launch are left; some_failed; or done.
int exit_code(const store::State& state, const LaunchScope& scope, const SchedulerView& scheduler);

/// The exit code once the final view is written, or is not. A launch that leaves work stays a stopped one: the next
/// writes the view, and a job chain goes on only after this code.
int exit_code_with_view(int code, bool is_written);

}  // namespace espalier::runtime
