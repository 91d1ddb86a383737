#pragma once
// One-line texts about a study's progress, for the progress bar and the end of a launch.
#include <string>

#include "espalier/store/state.hpp"

namespace espalier::cli {

/// "[#######---------] 31 %  12/33 runs  1 unsuccessful  2031 epoch-images/s  about 1 min left", by work where tasks
/// have estimates, else by runs; "" before there are runs.
std::string progress_line(const store::State& state);

/// How a launch ended: "33 runs: 30 done, 3 failed", and what still waits.
std::string summary(const store::State& state);

}  // namespace espalier::cli
