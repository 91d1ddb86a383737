#pragma once
// How far two orders of the same things agree: Spearman's and Kendall's coefficients, with ties.
#include <optional>
#include <vector>

namespace espalier::stats {

/// Spearman's rho: the correlation of the ranks, where equal values share the mean of theirs. None for fewer than two
/// pairs, or where all values of one side are equal.
std::optional<double> spearman(const std::vector<double>& a, const std::vector<double>& b);

/// Kendall's tau-b (Kendall 1945): concordant less discordant pairs, over the geometric mean of the pairs that are not
/// tied in `a` and those that are not tied in `b`. None as above.
std::optional<double> kendall(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace espalier::stats
