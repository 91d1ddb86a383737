#pragma once
// Tells which tasks can be worked on together, and names training states that several of them pass through.
#include <cstdint>
#include <string>

#include "espalier/task/timeline.hpp"

namespace espalier::task {

/// Hashes that are equal for tasks that can share; 0 where there is nothing to share.
struct Sharing {
  std::uint64_t family = 0;    ///< same start and data; rates, length and rule to stop may differ: a stage tree
  std::uint64_t features = 0;  ///< same outputs of the cached units
  std::uint64_t replicas = 0;  ///< same shapes above the cached units, same steps per epoch: one batched network
  bool operator==(const Sharing&) const = default;
};

Sharing sharing_of(const Task& task);

/// A hash of everything except rates, length and when it stops; never 0.
std::uint64_t family_key(const TrainSpec& spec, const NumericForm& form);

/// Describes what the outputs of units 1 to k depend on besides the image: their values, the input's form and the
/// precision, but not the data.
std::string prefix_key(const TrainSpec& spec, std::int32_t units);

/// Names the state of a training at `at`: equal for two trainings of one family that have taken the same steps until
/// then. 64 hexadecimal digits.
std::string prefix_state_id(const TrainSpec& spec, const Timeline& timeline, Moment at);

}  // namespace espalier::task
