// Writes values of metrics by the registry's scale and digits.
#include "espalier/metrics/shown.hpp"

#include <fmt/format.h>

namespace espalier::metrics {

std::string shown(Metric metric, double value) {
  const MetricFacts& facts = facts_of(metric);
  return fmt::format("{:.{}f}", facts.shown_scale * value, facts.digits);
}

std::string shown_threshold(Metric metric, double value) {
  return fmt::format("{:g}", facts_of(metric).shown_scale * value);
}

}  // namespace espalier::metrics
