#pragma once
// What `espalier watch` shows of a study at a moment.
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::cli {

/// Lines, none of them cut: the launch (`launch`), the progress line, what each worker has in hand, and for each target
/// and size the setting with the best mean on validation images so far. `state` may be brief.
std::vector<std::string> watch_frame(const store::State& state, const std::string& launch);

/// What changes only when a run ends or the launch does: where there is no terminal, a line is printed when this
/// differs.
std::string watch_milestone(const store::State& state, const std::string& launch);

/// Shows a directory's study until nothing works on it any more (in verbs/cmd_watch.cpp). On a terminal the frame is
/// redrawn in place and cut to its size; elsewhere a line is printed when a run has ended. Returns the study's exit
/// code.
std::int32_t watch(const std::string& path);

}  // namespace espalier::cli
