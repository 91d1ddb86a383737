#pragma once
// Finds the tasks that `--only CONDITION` leaves in a plan.
#include <set>
#include <string>
#include <vector>

#include "plan/select/selections.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

/// The tasks of the runs that satisfy `condition` (over their labels and `experiment`), the tasks those need, and those
/// of the candidates that a run's selection still waits for, if they satisfy it as runs of that run's experiment would.
/// A run without a mentioned label, or whose value is still to be taken, does not satisfy it. Throws UsageError.
std::set<TaskId> tasks_of_selected_runs(const std::vector<PlannedRun>& runs, const std::string& condition,
                                        const TaskTable& tasks, const Waits& waits);

}  // namespace espalier::plan
