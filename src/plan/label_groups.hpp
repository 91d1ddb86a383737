#pragma once
// Makes the outputs of a label set of a data set's classes: excluded ones first, then the cut of its tree or its lists.
#include <string>
#include <vector>

#include "espalier/plan/labelled_data.hpp"
#include "espalier/task/class_tree.hpp"

namespace espalier::plan {

/// By class, the leaf of the tree that has its name; -1 for classes that are not `used`, and for those with neither an
/// image nor a leaf, which are then no longer used. Throws CompileError naming other classes that are no leaf.
std::vector<std::int32_t> match_leaves(const task::ClassTree& tree, const std::string& tree_name,
                                       const LabelledData& data, std::vector<bool>& used);

/// The outputs that `labels` makes of the classes of `data`; `tree` is its tree, or null. `left_out` are names of other
/// data's classes. Throws CompileError: classes that are no leaf, leaves that are no class, unknown words, a class with
/// two labels, nothing left.
LabelGroups label_groups(const study::LabelSet& labels, const task::ClassTree* tree, const LabelledData& data,
                         const std::vector<std::string>& left_out);

/// Leaves other classes out of the outputs, and outputs that lose all of theirs.
void keep_classes(LabelGroups& groups, const std::vector<std::int32_t>& classes);

}  // namespace espalier::plan
