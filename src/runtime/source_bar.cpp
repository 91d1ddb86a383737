// Compares a source's last validation accuracy with the user's threshold.
#include "runtime/source_bar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::runtime {

std::optional<std::string> weakness_of(const store::TaskState& source, const SourceBar& bar) {
  const auto last = std::find_if(source.rows.rbegin(), source.rows.rend(),
                                 [](const auto& one) { return one.row.subset == metrics::Subset::valid; });
  if (last == source.rows.rend() || last->row.top1_rate() >= bar.below) return std::nullopt;
  return fmt::format(
      "{} reached {:.0f} % validation top-1, below the {:.0f} % of a usable source (warn_below). What is "
      "transferred from it says little.",
      bar.name, 100 * last->row.top1_rate(), 100 * bar.below);
}

}  // namespace espalier::runtime
