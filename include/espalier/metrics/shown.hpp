#pragma once
// Measured values as people read them: scaled and rounded as the registry says.
#include <string>

#include "espalier/metrics/registry.hpp"

namespace espalier::metrics {

/// "41.2" for a top-1 rate of 0.4123, "0.513" for a loss; without the unit.
std::string shown(Metric metric, double value);
/// A number that a user gave, with no more digits than it needs: "60" for 0.6.
std::string shown_threshold(Metric metric, double value);

}  // namespace espalier::metrics
