#pragma once
// Reads the files of class trees, and names expected classes by their leaves.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/plan/facts.hpp"
#include "espalier/study/diagnostic.hpp"

namespace espalier::session {

/// Fills `facts.trees`; what is wrong with a tree goes to `diagnostics`, where the study names it.
void find_trees(const study::Study& study, const std::filesystem::path& root, plan::Facts& facts,
                std::vector<study::Diagnostic>& diagnostics);

/// Fills `facts.trees` with those of a data set's levels that have a file of names; the data must be known.
void name_level_trees(const study::Study& study, const std::filesystem::path& root, plan::Facts& facts,
                      std::vector<study::Diagnostic>& diagnostics);

/// Data that are planned by `expect` get the names of a tree's leaves, in the order of their bytes as folders are,
/// where labels or the split use a tree from a file that has as many leaves as the data have classes.
void name_expected_classes(const study::Study& study, plan::Facts& facts);

}  // namespace espalier::session
