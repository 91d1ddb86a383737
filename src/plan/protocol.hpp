#pragma once
// Reads the protocol axes of one run and checks them against its network.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "espalier/study/study.hpp"
#include "espalier/study/units_word.hpp"

namespace espalier::plan {

struct Protocol {
  std::vector<study::UnitUse> uses;   ///< one per unit
  bool last_follows_classes = false;  ///< the last unit is drawn anew where the target has other classes (tuned_unit)
  std::int32_t high_units = 0;
  bool sets_decay = false;
  std::optional<study::Duration> decay;  ///< the top group's `first` where sets_decay; none: never

  bool copies() const;
  std::int32_t trained_units() const;
};

/// Looks up the value of an axis; null where it has none.
using ValueOf = std::function<const study::Value*(const std::string& axis)>;

/// Whether the axes that say what becomes of each unit have values: units, or tuned_unit, or transferred and frozen.
bool knows_protocol(const ValueOf& value_of);

/// Throws CompileError for a value of wrong type or out of range, or frozen > transferred.
Protocol read_protocol(const ValueOf& value_of, std::int32_t depth, bool sets_decay);

/// The protocol of a pretraining: every unit starts new and trains at the top rate.
Protocol from_scratch(std::int32_t depth);

}  // namespace espalier::plan
