#pragma once
// The class trees of a study, made of what is known of their files and data sets.
#include <string>

#include "espalier/plan/facts.hpp"
#include "espalier/study/study.hpp"
#include "espalier/task/class_tree.hpp"

namespace espalier::plan {

/// Throws UsageError: no such tree, nothing known of it, a data set without the level, a level that makes no tree.
task::ClassTree class_tree_of(const study::Study& study, const Facts& facts, const std::string& name);

}  // namespace espalier::plan
