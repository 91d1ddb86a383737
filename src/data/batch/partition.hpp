#pragma once
// Cuts the ordered images of one class into the parts that a PartitionSpec names.
#include <cstdint>
#include <vector>

#include "espalier/task/image_set.hpp"

namespace espalier::data {

/// Throws UsageError where shares or folds are impossible.
void check(const task::PartitionSpec& partition);

/// The rows of the part: a share, a range of it, a fold of that. `rows` are those of the class with that index among
/// the pack's classes, in their order, which is kept. Requires a checked partition.
std::vector<std::int64_t> part_of_class(const task::PartitionSpec& partition, std::int32_t class_index,
                                        const std::vector<std::int64_t>& rows);

}  // namespace espalier::data
