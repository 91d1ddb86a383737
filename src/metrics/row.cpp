// Names of image sets and metrics, and rates from stored values.
#include "espalier/metrics/row.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/metrics/share.hpp"

namespace espalier::metrics {

const char* name_of(Subset subset) {
  switch (subset) {
    case Subset::train: return "train";
    case Subset::valid: return "valid";
    case Subset::test: return "test";
    case Subset::train_eval: return "train_eval";
  }
  return "?";
}

const char* stored_name_of(Subset subset) { return subset == Subset::train_eval ? "fit" : name_of(subset); }

double Row::of(Metric metric) const {
  const double value = values.get(metric);
  if (facts_of(metric).adds == Adds::mean || value != value) return value;
  return count ? value / static_cast<double>(count) : 0;
}

Share share_of(const Row& row, Metric metric) {
  const double value = row.values.get(metric);
  if (facts_of(metric).adds == Adds::mean || value != value) return {value};
  return row.count ? Share(value, row.count) : Share(0);
}

MetricName parse_metric(const std::string& name) {
  const auto point = name.find('.');
  const MetricFacts* facts = point == std::string::npos ? nullptr : find_metric(name.substr(point + 1));
  for (const Subset subset : kSubsets) {
    const std::string word = name.substr(0, point);
    if (facts && (word == name_of(subset) || word == stored_name_of(subset))) return {subset, facts->metric};
  }
  std::string metrics;
  for (const MetricFacts& known : kMetrics) metrics += std::string(metrics.empty() ? "." : ", .") + known.name;
  throw UsageError("unknown metric '" + name + "'", "known are train, valid, test and train_eval, each with " + metrics,
                   "Write for instance test.top1.");
}

std::string to_string(const MetricName& metric) {
  return std::string(name_of(metric.subset)) + "." + facts_of(metric.metric).name;
}

}  // namespace espalier::metrics
