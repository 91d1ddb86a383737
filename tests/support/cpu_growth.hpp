#pragma once
// By what factor work costs more processor time when there is more of it: no clock on the wall, which other processes
// move.
#include <algorithm>
#include <ctime>

namespace espalier::testing {

/// CPU time of `work(factor * size)` over that of `work(size)`, of which the better of two counts each time. About
/// `factor` for work in proportion, its square for quadratic work.
template <class Work>
double cpu_growth(Work work, int size, int factor) {
  const auto cost = [&](int amount) {
    double best = 0;
    for (int round = 0; round < 2; ++round) {
      const std::clock_t begin = std::clock();
      work(amount);
      const auto spent = static_cast<double>(std::clock() - begin);
      best = round == 0 ? spent : std::min(best, spent);
    }
    return std::max(best, 1.0);
  };
  const double small = cost(size);
  return cost(factor * size) / small;
}

}  // namespace espalier::testing
