#pragma once
// Colours and point shapes of figure series, legible with colour blindness.
#include <string>

namespace espalier::report {

struct Mark {
  std::string colour;  ///< "#rrggbb"
  int point = 7;       ///< gnuplot's point type
};

/// The mark of series `index` of `count`: ordered series (numbers) take colours from a ramp from dark to light, words
/// from the qualitative set of Okabe and Ito (2008). Both are legible on white and on near-black.
Mark mark_of(std::size_t index, std::size_t count, bool ordered);

}  // namespace espalier::report
