#pragma once
// The mean distance of each target from its source, as an experiment of kind "distance" measured it.
#include <optional>

#include "espalier/report/query.hpp"

namespace espalier::report {

metrics::MetricName distance_metric();
/// What two halves of the source give.
metrics::MetricName floor_metric();

/// "0.071", "10.6" or "71.4 %", as the method's distances are read.
std::string distance_text(const std::string& method, double value);

/// Student's 95 % range of one draw of images, from several draws with one network: mean and deviation of the draws.
/// None for fewer than kLeastSplits. Draws of one set of images say nothing of other networks.
std::optional<stats::Interval> range_of_draws(const std::vector<double>& draws);

class TargetDistances {
 public:
  /// Throws UsageError where no run of the experiment has the method and unit, or where several distances fit a target.
  TargetDistances(const std::vector<RunView>& views, const study::DistancesFrom& from);

  /// Of the target of a run, from that run's source through that run's network; none while it is not measured.
  std::optional<double> of(const RunView& view) const;
  /// Whether the thresholds of Chu et al. were made for such distances: cosine, after unit 7 of CaffeNet.
  bool is_calibrated() const { return calibrated_; }

 private:
  std::vector<std::string> axes_;
  std::vector<stats::CellSummary> cells_;
  bool calibrated_ = false;
};

}  // namespace espalier::report
