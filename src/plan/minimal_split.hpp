#pragma once
// Halves of a data set's classes that share no node of a class tree at some depth or deeper.
#include "espalier/plan/labelled_data.hpp"
#include "espalier/task/class_tree.hpp"

namespace espalier::plan {

/// The halves of each split of kind minimal. `usable` says by class index which classes may be in one. Ancestors are
/// those that count. Halves drawn to sizes are made of whole subtrees, keyed by (study seed, "minimal split", split).
/// Throws CompileError: classes that are no leaves, an unknown node, halves that would share a node, sizes that no
/// subtrees sum to.
std::vector<study::Split::ClassSplit> minimal_class_splits(const study::Study& study, const task::ClassTree& tree,
                                                           const LabelledData& data, const std::vector<bool>& usable);

}  // namespace espalier::plan
