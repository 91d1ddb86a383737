#pragma once
// Makes the outputs of a label set of a data set's classes: excluded ones first, then the cut of its tree or its lists.
#include <string>
#include <vector>

#include "espalier/plan/labelled_data.hpp"
#include "espalier/task/class_tree.hpp"

namespace espalier::plan {

/// The outputs that `labels` makes of the classes of `data`; `tree` is its tree, or null. `left_out` are names of other
/// data's classes. Throws CompileError: classes that are no leaf, leaves that are no class, unknown words, a class with
/// two labels, nothing left.
LabelGroups label_groups(const study::LabelSet& labels, const task::ClassTree* tree, const LabelledData& data,
                         const std::vector<std::string>& left_out);

}  // namespace espalier::plan
