#pragma once
// The source and target classes of each split.
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Class indices of each half, ascending; split s (from 1) is entry s - 1, and kinds `none` and `images` give empty
/// halves. Random halves are keyed by (study seed, "split", s) alone, so that more splits leave the first ones
/// unchanged. `usable` says by class index which may be drawn; empty: all. `classes` of study::divided_data(), -1 where
/// nothing is known of it. Throws CompileError where the data have too few classes, a listed index is no class, or
/// halves overlap.
std::vector<study::Split::ClassSplit> class_splits_of(const study::Study& study, std::int32_t classes,
                                                      std::vector<bool> usable);

}  // namespace espalier::plan
