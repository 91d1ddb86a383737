#pragma once
// Finds trainings that ended where they began: their loss is that of guessing.
#include <string>
#include <vector>

#include "espalier/report/run_view.hpp"

namespace espalier::report {

/// Whether the finished training's loss on its own training images (in evaluation mode where that was recorded, else
/// the running mean of its last epoch) is at least kChanceShare of ln(outputs), the loss of a guess. False of probes,
/// of data with several labels, and of what was never trained.
bool ended_at_chance(const store::State& state, const store::TaskState& task);
bool ended_at_chance(const RunView& view);
inline constexpr double kChanceShare = 0.97;

/// "freeze:transferred=4,per_class=5,replicate=2": the axes that vary within its experiment among `views`.
std::string name_of_run(const RunView& view, const std::vector<RunView>& views);

/// "4 of 60 runs ended at chance: their loss on their own training images is that of guessing. They are freeze:..., and
/// 2 more. ..."; "" where none did.
std::string at_chance_text(const std::vector<RunView>& views);

}  // namespace espalier::report
