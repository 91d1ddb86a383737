#pragma once
// Cuts of a class tree: each of some leaves gets a node as its label, itself or one above it.
#include "espalier/task/class_tree.hpp"

namespace espalier::task {

/// A leaf deeper than `depth` gets its ancestor there, others stay ("bottom-up" of Huh, Agrawal and Efros 2016, whose
/// sets it gives at depths 15, 12, 9, 6 and 3 of ILSVRC's tree). Labels in the order of `leaves`.
std::vector<std::int32_t> clamp(const ClassTree& tree, const std::vector<std::int32_t>& leaves, std::int32_t depth);

/// In each round every label climbs to its parent; one that lies below another label then becomes the topmost such one
/// ("top-down" of the same paper: 127, 10 and 2 labels after 1, 2 and 3 rounds). The root stays.
std::vector<std::int32_t> absorb(const ClassTree& tree, const std::vector<std::int32_t>& leaves, std::int32_t rounds);

/// The leaves that are none of `tops` and lie below none of them by any parents.
std::vector<std::int32_t> leaves_without(const ClassTree& tree, const std::vector<std::int32_t>& tops);

/// How many different labels there are.
std::int32_t label_count(const std::vector<std::int32_t>& labels);

}  // namespace espalier::task
