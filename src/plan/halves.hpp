#pragma once
// The class halves of each split.
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Indices of classes, ascending. Split s of the study (from 1) is entry s - 1; `none` gives empty halves.
/// Random halves are keyed by (study seed, "split", s) alone, so that more splits leave the first ones as they were.
/// Throws Refusal where the data have too few classes or a listed index is no class.
std::vector<study::Split::Halves> halves_of(const study::Study& study, const Facts& facts);

/// The data set whose classes are divided: the split's own, else the first source's, else the first target's.
std::string divided_data(const study::Study& study);

}  // namespace espalier::plan
