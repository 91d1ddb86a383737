#pragma once
// The tree of steps shared by trainings that differ only in rates and length.
#include <cstddef>
#include <vector>

#include "espalier/task/timeline.hpp"

namespace espalier::task {

/// One training of a family (sharing.hpp). Only rates and length of its spec are used; the spec must outlive the tree.
struct Trajectory {
  const TrainSpec* spec = nullptr;
  Timeline timeline;
};

/// The longest stretch of steps [begin, end) that all its members take alike.
struct Stage {
  std::int64_t begin = 0, end = 0;   ///< steps of the training, from 0; equal where members differ at once
  std::vector<std::size_t> members;  ///< indices into the family, ascending
  std::vector<std::size_t> ended;    ///< members whose training ends at `end`
  std::vector<std::size_t> next;     ///< indices of the stages that follow, each with some of the other members
};

/// The stages from step `from` on, where all members are in one state. The root comes first, and each stage before
/// those that follow it. Trainings that end at or before `from` end in the root. Empty without members.
using StageTree = std::vector<Stage>;
StageTree stage_tree(const std::vector<Trajectory>& family, std::int64_t from = 0);

/// Number of steps executed, with those of each stage counted once.
std::int64_t steps_of(const StageTree& tree);

}  // namespace espalier::task
