#pragma once
// How long a drafted study may take, and what is reduced until it fits.
#include <functional>
#include <string>

#include "cli/init/draft.hpp"

namespace espalier::cli {

/// Seconds of "2h", "90m", "45 min", "1h30m", "7200s"; hours where no unit stands behind the number. Throws UsageError.
double parse_budget(const std::string& text);

/// Estimated seconds of a draft on this machine.
using Estimate = std::function<double(const Draft&)>;

/// A draft that fits, and what it is estimated to take.
struct Fitted {
  Draft draft;
  double seconds = 0;
};

/// Reduces epochs, then folds, protocols, image size and images a class, each as far as it is still worth something,
/// and notes what was cut. Throws UsageError where the smallest study is too long, too.
Fitted fit(Draft draft, double budget_s, const Estimate& estimate);

}  // namespace espalier::cli
