// Compares a source's last validation accuracy with the user's threshold.
#include "runtime/rank0/source_threshold.hpp"

#include <fmt/format.h>

namespace espalier::runtime {

std::optional<std::string> weakness_of(const store::TaskState& source, const SourceThreshold& threshold) {
  const auto* result = store::result_at(source, metrics::Subset::valid);
  if (!result || result->of(metrics::Metric::top1) >= threshold.below) return std::nullopt;
  return fmt::format(
      "{} reached {:.0f} % validation top-1, below the {:.0f} % of a usable source (warn_below). What is "
      "transferred from it says little.",
      threshold.name, 100 * result->of(metrics::Metric::top1), 100 * threshold.below);
}

}  // namespace espalier::runtime
