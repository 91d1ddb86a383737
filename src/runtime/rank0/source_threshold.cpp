// Compares a source's last validation accuracy with the user's threshold.
#include "runtime/rank0/source_threshold.hpp"

#include <fmt/format.h>

#include "espalier/metrics/shown.hpp"

namespace espalier::runtime {

std::optional<std::string> weakness_of(const store::TaskState& source, const SourceThreshold& threshold) {
  constexpr auto kMetric = metrics::Metric::top1;
  const auto* result = store::result_at(source, metrics::Subset::valid);
  if (!result || result->of(kMetric) >= threshold.below) return std::nullopt;
  return fmt::format(
      "{} reached {} % validation top-1, below the {} % of a usable source (warn_below). What is transferred from it "
      "says little.",
      threshold.name, metrics::shown(kMetric, result->of(kMetric)), metrics::shown_threshold(kMetric, threshold.below));
}

}  // namespace espalier::runtime
