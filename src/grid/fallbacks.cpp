// Fills in default values of axes an experiment leaves out: split, target, transferred, decay_epoch and others.
#include "grid/fallbacks.hpp"

#include <algorithm>

#include "espalier/study/units_word.hpp"

namespace espalier::grid {
namespace {

int find(const std::vector<std::string>& columns, const char* name) {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

/// The number of leading units that satisfy the predicate; none where a later unit satisfies it too.
template <class Predicate>
std::optional<study::Value> prefix_length(const std::vector<study::UnitUse>& uses, Predicate satisfies) {
  const auto end = std::find_if_not(uses.begin(), uses.end(), satisfies);
  if (std::any_of(end, uses.end(), satisfies)) return std::nullopt;
  return study::Value(static_cast<std::int64_t>(end - uses.begin()));
}

}  // namespace

Fallbacks::Fallbacks(const std::vector<std::string>& columns, const Surroundings& surroundings)
    : columns_(columns),
      surroundings_(surroundings),
      target_(find(columns, "target")),
      network_(find(columns, "network")),
      units_(find(columns, "units")) {}

const Fallbacks::Prefix& Fallbacks::prefix_of(const std::string& units) {
  const auto known = prefixes_.find(units);
  if (known != prefixes_.end()) return known->second;
  const auto uses = study::parse_units_word(units);
  Prefix prefix;
  prefix.transferred = prefix_length(uses, [](study::UnitUse use) { return use != study::UnitUse::fresh; });
  prefix.frozen = prefix_length(uses, [](study::UnitUse use) { return use == study::UnitUse::frozen; });
  return prefixes_.emplace(units, prefix).first->second;
}

std::string Fallbacks::text_at(const std::vector<std::optional<study::Value>>& values, int column) const {
  const auto& value = values[static_cast<std::size_t>(column)];
  return value ? to_string(*value) : "";
}

std::optional<study::Value> Fallbacks::value_of(const std::string& axis,
                                                const std::vector<std::optional<study::Value>>& values) {
  if (axis == "replicate") return study::Value(1);
  if (axis == "per_class" || axis == "high_units") return study::Value("all");
  if (axis == "network" && !surroundings_.networks.empty()) return study::Value(surroundings_.networks.front());
  if (axis == "decay_epoch") {
    const auto found = surroundings_.decay_epoch.find(text_at(values, target_));
    return found == surroundings_.decay_epoch.end() ? study::Value("never") : found->second;
  }
  if (axis != "transferred" && axis != "frozen") return std::nullopt;
  if (units_ >= 0 && values[static_cast<std::size_t>(units_)]) {
    const auto& prefix = prefix_of(text_at(values, units_));
    return axis == "transferred" ? prefix.transferred : prefix.frozen;
  }
  if (axis == "frozen") return study::Value(0);
  const auto depth = surroundings_.depth.find(text_at(values, network_));
  if (depth == surroundings_.depth.end()) return std::nullopt;
  return study::Value(surroundings_.sources.empty() ? 0 : depth->second - 1);
}

void Fallbacks::fill(std::vector<std::optional<study::Value>>& values, const std::vector<Origin>& origins) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {  // `network` comes before the columns that depend on it
    if (origins[i] == Origin::fallback && !values[i]) values[i] = value_of(columns_[i], values);
  }
}

}  // namespace espalier::grid
