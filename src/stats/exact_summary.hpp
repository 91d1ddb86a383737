#pragma once
// The summaries of summary.hpp for fractions.
#include "espalier/stats/summary.hpp"
#include "stats/exact.hpp"

namespace espalier::stats {

Summary summarise(const std::vector<Exact>& values, double confidence, Over over = Over::splits);
Paired paired(const std::vector<Exact>& a, const std::vector<Exact>& b, double confidence, Over over = Over::splits);

}  // namespace espalier::stats
