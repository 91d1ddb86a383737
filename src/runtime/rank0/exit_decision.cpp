// Decides when a launch has nothing left to do, and its exit code.
#include "runtime/rank0/exit_decision.hpp"

#include "espalier/core/errors.hpp"

namespace espalier::runtime {

bool is_too_late(const store::TaskState& known, const task::RecordSpec& wanted) {
  return known.state == task::RunState::running ||
         (task::is_final(known.state) && !task::lacking(known.recorded, wanted).empty());
}

bool is_done(const SchedulerView& scheduler, bool replan_due) {
  return scheduler.gave_up || (scheduler.all_ended && !replan_due);
}

int exit_code(const store::State& state, const LaunchScope& scope, const SchedulerView& scheduler) {
  if (scheduler.gave_up) return static_cast<int>(ExitCode::environment);
  if (scheduler.too_many_failed) return static_cast<int>(ExitCode::some_failed);
  bool failed = false, left = false;
  for (const auto& [run, is_current] : state.runs) {
    if (!is_current || state.cancelled.contains(run.id)) continue;
    // The selection of a run without a task lacks inputs of another part.
    if (run.task.empty() ? !scope.whole_study : !scope.tasks.contains(run.task)) continue;
    const auto reached = state.state_of(run);
    failed = failed || (task::is_final(reached) && reached != task::RunState::done);
    left = left || !task::is_final(reached) || scope.late.contains(run.task);
  }
  if (left || !scheduler.all_ended) return static_cast<int>(ExitCode::stopped);
  return static_cast<int>(failed ? ExitCode::some_failed : ExitCode::done);
}

int exit_code_with_view(int code, bool is_written) {
  if (is_written || code == static_cast<int>(ExitCode::stopped)) return code;
  return static_cast<int>(ExitCode::environment);
}

}  // namespace espalier::runtime
