#pragma once
// Assigns each unit to the first rate group that matches it.
#include <vector>

#include "plan/schedule.hpp"

namespace espalier::plan {

/// The properties of a unit that decide its rate group.
struct UnitPosition {
  std::int32_t unit = 1;  ///< from 1
  std::int32_t depth = 1;
  std::int32_t high_units = 0;  ///< the top group: units depth - high_units + 1 .. depth
  bool copied = false;
};

/// Whether the group's `units` ("top", "new", "copied", "rest", "3", "2-5", "1,3") include the unit. Throws
/// CompileError if they are malformed.
bool matches(const study::RateGroup& group, const UnitPosition& position);

/// Index of the first group that matches; throws CompileError if none does.
std::size_t group_of(const std::vector<study::RateGroup>& groups, const UnitPosition& position);

/// The schedule of a group: its own, or a multiple of that of the group it is relative to. Throws CompileError for a
/// circle or an unknown group.
Schedule schedule_of(const std::vector<study::RateGroup>& groups, std::size_t group);

/// Sets `first` of the group "top"; throws CompileError if there is none.
void set_decay(std::vector<study::RateGroup>& groups, const std::optional<study::Duration>& first);

}  // namespace espalier::plan
