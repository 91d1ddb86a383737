// Reads transferred, frozen, high_units, units, tuned_unit and decay_epoch of a run and checks them against the
// network's depth.
#include "plan/protocol.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/study/train_values.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

using study::UnitUse;

/// Reads a number of units, 0 to depth; "all" is depth.
std::int32_t units(const ValueOf& value_of, const char* axis, std::int32_t depth) {
  const auto* value = value_of(axis);
  if (!value) throw CompileError{{std::string(axis) + " has no value", "", "Fix it or make it an axis."}};
  if (value->is_all()) return depth;
  const auto* number = value->integer();
  if (!number || *number < 0 || *number > depth) {
    throw CompileError{{std::string(axis) + " = " + to_string(*value) + " is out of range",
                        "the network has " + std::to_string(depth) + " units",
                        "Use 0 to " + std::to_string(depth) + " or \"all\"."}};
  }
  return static_cast<std::int32_t>(*number);
}

std::vector<UnitUse> uses_of_word(const study::Value& word, std::int32_t depth) {
  std::vector<UnitUse> uses;
  try {
    uses = study::parse_units_word(to_string(word));
  } catch (const UsageError& error) {
    throw CompileError{error.problem()};
  }
  if (static_cast<std::int32_t>(uses.size()) != depth) {
    throw CompileError{{"units = \"" + to_string(word) + "\" names " + std::to_string(uses.size()) + " units",
                        "the network has " + std::to_string(depth), "Name each unit once."}};
  }
  return uses;
}

std::vector<UnitUse> uses_of_counts(const ValueOf& value_of, std::int32_t depth) {
  const auto transferred = units(value_of, "transferred", depth);
  const auto frozen = units(value_of, "frozen", depth);
  if (frozen > transferred) {
    throw CompileError{
        {"frozen = " + std::to_string(frozen) + " exceeds transferred = " + std::to_string(transferred),
         "only copied units can be frozen",
         "Exclude it: exclude = [{ name = \"frozen beyond transferred\", when = \"frozen > transferred\" }]."},
        "frozen beyond transferred"};
  }
  std::vector<UnitUse> uses(static_cast<std::size_t>(depth), UnitUse::fresh);
  std::fill_n(uses.begin(), transferred, UnitUse::tuned);
  std::fill_n(uses.begin(), frozen, UnitUse::frozen);
  return uses;
}

/// All units are copied, and one of them is tuned, or all.
std::vector<UnitUse> uses_of_tuned_unit(const ValueOf& value_of, std::int32_t depth) {
  const auto tuned = units(value_of, "tuned_unit", depth);
  if (value_of("tuned_unit")->is_all()) return std::vector<UnitUse>(static_cast<std::size_t>(depth), UnitUse::tuned);
  if (tuned == 0)
    throw CompileError{
        {"tuned_unit = 0 is no unit", "units count from 1", "Use 1 to " + std::to_string(depth) + " or \"all\"."}};
  std::vector<UnitUse> uses(static_cast<std::size_t>(depth), UnitUse::frozen);
  uses[static_cast<std::size_t>(tuned - 1)] = UnitUse::tuned;
  return uses;
}

std::optional<study::Duration> read_decay(const study::Value& value) {
  if (value == study::Value("never")) return std::nullopt;
  const auto duration = study::parse_duration(value);
  if (!duration || duration->count < 0) {
    throw CompileError{{"decay_epoch = " + to_string(value) + " is no duration", "",
                        "Use epochs from 0 on, \"2000 steps\" or \"50 %\"."}};
  }
  return duration;
}

}  // namespace

bool Protocol::copies() const {
  return std::any_of(uses.begin(), uses.end(), [](UnitUse use) { return use != UnitUse::fresh; });
}

std::int32_t Protocol::trained_units() const {
  return static_cast<std::int32_t>(
      std::count_if(uses.begin(), uses.end(), [](UnitUse use) { return use != UnitUse::frozen; }));
}

bool knows_protocol(const ValueOf& value_of) {
  const bool counts = value_of("transferred") && value_of("frozen");
  return (counts || value_of("units") || value_of("tuned_unit")) && value_of("high_units");
}

Protocol read_protocol(const ValueOf& value_of, std::int32_t depth, bool sets_decay) {
  Protocol protocol;
  protocol.last_follows_classes = value_of("tuned_unit") != nullptr;
  if (const auto* word = value_of("units")) protocol.uses = uses_of_word(*word, depth);
  else if (protocol.last_follows_classes) protocol.uses = uses_of_tuned_unit(value_of, depth);
  else protocol.uses = uses_of_counts(value_of, depth);
  protocol.high_units = units(value_of, "high_units", depth);
  const auto* front = value_of("front");
  if (front && protocol.trained_units() > 0) {
    throw CompileError{{"units are trained behind front = " + to_string(*front),
                        "the unit in front is the only one that is trained",
                        "Freeze all: units = \"F(1-" + std::to_string(depth) + ")\"."}};
  }
  if (!front && protocol.trained_units() == 0) {
    throw CompileError{{"every unit is frozen", "nothing is left to train", "Freeze fewer units."}};
  }
  protocol.sets_decay = sets_decay;
  if (const auto* decay = sets_decay ? value_of("decay_epoch") : nullptr) protocol.decay = read_decay(*decay);
  return protocol;
}

Protocol from_scratch(std::int32_t depth) {
  Protocol protocol;
  protocol.uses.assign(static_cast<std::size_t>(depth), UnitUse::fresh);
  protocol.high_units = depth;
  return protocol;
}

}  // namespace espalier::plan
