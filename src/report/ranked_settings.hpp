#pragma once
// Groups runs by setting, as the one ranking of statistics wants them, and names the metrics that they are judged by.
#include <optional>

#include "espalier/report/run_view.hpp"
#include "espalier/stats/ranking.hpp"

namespace espalier::report {

/// The last row of the metric's subset; null where the metric was not recorded or is not finite.
const metrics::Row* finite_row(const RunView& view, const metrics::MetricName& metric);

/// Whether any of the runs has such a row.
bool is_measured(const std::vector<RunView>& runs, const metrics::MetricName& metric);

/// The first of `metrics` that any of the runs has; none where no run has one of them.
std::optional<metrics::MetricName> first_measured(const std::vector<RunView>& runs,
                                                  const std::vector<metrics::MetricName>& metrics);

/// The values of `axes` that a run has; "" for those that it lacks.
std::vector<std::string> values_at(const RunView& view, const std::vector<std::string>& axes);

/// Runs with equal values of some axes.
struct SettingRuns {
  std::vector<std::string> values;
  std::vector<RunView> runs;
};

/// In the order of the runs, which is that of the study's axes: the order in which selections break ties.
std::vector<SettingRuns> settings_of(const std::vector<RunView>& runs, const std::vector<std::string>& axes);

/// The settings by `by`, the best first, as selections rank them. Where all of their runs have sources or training
/// images of their own, replicates repeat them as splits do.
std::vector<stats::Standing> ranked(const std::vector<SettingRuns>& settings, const metrics::MetricName& by);

}  // namespace espalier::report
