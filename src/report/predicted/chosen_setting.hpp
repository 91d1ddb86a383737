#pragma once
// The best setting of an experiment, whose predictions the page looks into.
#include "espalier/report/query.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// Runs with equal values of all axes that vary, one for each repetition.
struct ChosenSetting {
  std::vector<plan::Label> labels;  ///< of the axes that vary
  std::vector<RunView> runs;        ///< that are done
  metrics::MetricName by;           ///< by which it is the best: on validation images where there are some
  double mean = 0;                  ///< of `by`
  int settings = 1;                 ///< among which it was chosen
};

/// The first of valid.top1, test.top1, valid.ap and test.ap that a finished run has recorded.
std::optional<metrics::MetricName> metric_of_choice(const std::vector<RunView>& runs);

/// For each target, in the order of the runs, the setting that ranks first as selections rank: equal means are told
/// apart as theirs are. Nothing where no run has such a metric.
std::vector<ChosenSetting> chosen_settings(const std::vector<RunView>& runs);

}  // namespace espalier::report
