#pragma once
// Finds the one recorded run a user means, and prints a run's labels and times.
#include <optional>
#include <string>
#include <vector>

#include "espalier/report/run_view.hpp"

namespace espalier::cli {

/// The run a user means, by the beginning of its id or by EXPERIMENT:AXIS=VALUE,... (axes that only one run fits).
/// Throws UsageError where none or several fit, naming some of them.
report::RunView find_run(const std::vector<report::RunView>& views, const std::string& wanted);

/// What `explain` and `logs` are about: a run, or a task that is no single run's, such as a source or a probe.
struct Subject {
  std::optional<report::RunView> run;
  const store::TaskState* task = nullptr;  ///< null where the run has none yet
};

/// The same as find_run, but the beginning of a task's id names the task's only run, or else the task.
Subject find_subject(const report::Directory& directory, const std::vector<report::RunView>& views,
                     const std::string& wanted);

/// For example "transferred=6 frozen=1 per_class=5 split=2".
std::string labels_text(const plan::PlannedRun& run);

/// For example "2026-11-21 08:14:23", in UTC; "-" for 0.
std::string time_text(double seconds_since_1970);

}  // namespace espalier::cli
