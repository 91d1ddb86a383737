#pragma once
// Tells where every value of a run comes from: the study, a selection, or a default.
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::cli {

struct ShownValue {
  std::string name, value, from;  ///< from: "axis", "fixed", "case optimal", "selection", "[train]", "default", ...
};

/// The labels of a run with their origins.
std::vector<ShownValue> shown_labels(const study::Study& study, const plan::PlannedRun& run);

enum class ShownRole : std::uint8_t { source, target };

/// The training values of the run's target, or of the source it starts from.
std::vector<ShownValue> shown_training(const study::Study& study, const plan::PlannedRun& run, ShownRole role);

}  // namespace espalier::cli
