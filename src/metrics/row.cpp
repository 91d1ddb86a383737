// Names of subsets and metrics, and how a metric is read from a row.
#include "espalier/metrics/row.hpp"

#include "espalier/core/errors.hpp"

namespace espalier::metrics {

const char* name_of(Subset subset) {
  switch (subset) {
    case Subset::train: return "train";
    case Subset::valid: return "valid";
    case Subset::test: return "test";
    case Subset::fit: return "fit";
  }
  return "?";
}

double MetricName::of(const Row& row) const {
  switch (quantity) {
    case Quantity::loss: return row.loss;
    case Quantity::top1: return row.top1_rate();
    case Quantity::top5: return row.top5_rate();
  }
  return 0;
}

MetricName parse_metric(const std::string& name) {
  for (const Subset subset : {Subset::train, Subset::valid, Subset::test, Subset::fit}) {
    for (const auto quantity : {MetricName::Quantity::loss, MetricName::Quantity::top1, MetricName::Quantity::top5}) {
      const MetricName metric{subset, quantity};
      if (to_string(metric) == name) return metric;
    }
  }
  throw UsageError("unknown metric '" + name + "'",
                   "known are train, valid, test and fit, each with .loss, .top1, .top5",
                   "Write for instance test.top1.");
}

std::string to_string(const MetricName& metric) {
  static constexpr const char* kQuantities[] = {"loss", "top1", "top5"};
  return std::string(name_of(metric.subset)) + "." + kQuantities[static_cast<int>(metric.quantity)];
}

}  // namespace espalier::metrics
