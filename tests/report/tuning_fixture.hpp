#pragma once
// A study with results in which tuning and freezing are compared on several targets, at several sizes.
#include <cmath>

#include "espalier/report/figure.hpp"
#include "support/state_builder.hpp"

namespace espalier::testing {

inline const std::string kTuned = "T(1-6)R(7)", kFrozen = "F(1-6)R(7)";

inline std::vector<plan::Label> tuning_cell(const std::string& target, const std::string& size,
                                            const std::string& units, int split) {
  return {{"source", "s"},   {"target", target},  {"network", "caffenet"},
          {"units", units},  {"per_class", size}, {"split", std::to_string(split)},
          {"replicate", "1"}};
}

/// The ratio of tuned to frozen accuracy that is measured in a split: the target's, more at larger sizes.
inline double tuning_ratio(const std::string& target, double images, int split) {
  const double level = target == "near" ? 0.8 : target == "middle" ? 1.0 : 1.2;
  return level * std::pow(images, 0.05) * (1 + 0.01 * (split - 2));
}

/// Sizes 1, 10 and 100, targets near, middle and far, three splits.
inline StateBuilder tuning_state() {
  StateBuilder builder;
  for (const std::string target : {"near", "middle", "far"}) {
    for (const std::string size : {"1", "10", "100"}) {
      for (int split = 1; split <= 3; ++split) {
        const double ratio = tuning_ratio(target, std::stod(size), split);
        builder.done("targets", tuning_cell(target, size, kFrozen, split), {.test_top1 = .5});
        builder.done("targets", tuning_cell(target, size, kTuned, split), {.test_top1 = .5 * ratio});
      }
    }
  }
  return builder;
}

inline study::RatioSpec tuned_over_frozen() { return {{{"units", {kTuned}}}, {{"units", {kFrozen}}}, {}}; }

}  // namespace espalier::testing
