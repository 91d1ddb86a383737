#pragma once
// Colours and point shapes of figure series, legible with colour blindness.
#include <string>

namespace espalier::report {

struct Mark {
  std::string colour;  ///< "#rrggbb"
  int point = 7;       ///< gnuplot's point type
};

/// The look of series `index` of `count`: ordered series (numbers) along a ramp from dark to light, words in the
/// qualitative set of Okabe and Ito (2008). Both stay legible on white and on near-black.
Mark mark_of(std::size_t index, std::size_t count, bool ordered);

}  // namespace espalier::report
