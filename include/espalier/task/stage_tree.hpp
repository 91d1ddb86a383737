#pragma once
// The tree of steps shared by trainings that differ only in rates and length.
#include <cstddef>
#include <vector>

#include "espalier/task/timeline.hpp"

namespace espalier::task {

/// One training of a family (sharing.hpp). Of its spec only rates and length matter here; it must outlive the tree.
struct Trajectory {
  const TrainSpec* spec = nullptr;
  Timeline timeline;
};

/// A stretch of steps [begin, end) that all its members take alike, as long as can be.
struct Stage {
  std::int64_t begin = 0, end = 0;   ///< steps of the training, from 0; equal where members part at once
  std::vector<std::size_t> members;  ///< places in the family, ascending
  std::vector<std::size_t> ended;    ///< of them: whose training ends at `end`
  std::vector<std::size_t> next;     ///< stages that go on from its end, each with some of the other members
};

/// Stages from step `from` on, where all are still in one state; the root first, each before those that follow it.
/// Trainings that end at or before `from` end in the root. Empty for no members.
using StageTree = std::vector<Stage>;
StageTree stage_tree(const std::vector<Trajectory>& family, std::int64_t from = 0);

/// Steps executed: those of each stage once.
std::int64_t steps_of(const StageTree& tree);

}  // namespace espalier::task
