// Fills in default values of axes that an experiment leaves out, as the table of axes says.
#include "grid/axis_defaults.hpp"

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

const study::Value* value_in(const std::optional<study::Value>& value) { return value ? &*value : nullptr; }

}  // namespace

AxisDefaults::AxisDefaults(const study::Experiment& experiment, const std::vector<std::string>& columns,
                           const GridContext& context)
    : context_(context),
      target_(find(columns, "target")),
      network_(find(columns, "network")),
      units_(find(columns, "units")),
      tuned_unit_(find(columns, "tuned_unit")),
      starts_from_run_(experiment.start) {
  for (const auto& column : columns) {
    const auto* axis = study::axis_row(column);
    axes_.push_back(axis && axis->fallback ? axis : nullptr);
  }
}

const study::UnitsPrefix& AxisDefaults::prefix_of(const std::string& units) {
  const auto known = prefixes_.find(units);
  if (known != prefixes_.end()) return known->second;
  const auto uses = study::parse_units_word(units);
  study::UnitsPrefix prefix;
  prefix.transferred = prefix_length(uses, [](study::UnitUse use) { return use != study::UnitUse::fresh; });
  prefix.frozen = prefix_length(uses, [](study::UnitUse use) { return use == study::UnitUse::frozen; });
  return prefixes_.emplace(units, prefix).first->second;
}

std::optional<study::Value> AxisDefaults::value_of(const study::AxisRow& axis,
                                                   const std::vector<std::optional<study::Value>>& values,
                                                   const std::vector<Origin>& origins) {
  static const study::UnitsPrefix kNeither;
  const auto at = [&](int column) { return column < 0 ? nullptr : value_in(values[static_cast<std::size_t>(column)]); };
  study::CellSoFar cell{context_, at(target_), at(network_)};
  cell.starts_from_run = starts_from_run_;
  if (const auto* word = axis.counts_units ? at(units_) : nullptr) cell.units = &prefix_of(to_string(*word));
  const bool tunes_one = tuned_unit_ >= 0 && origins[static_cast<std::size_t>(tuned_unit_)] != Origin::absent;
  if (axis.counts_units && tunes_one) cell.units = &kNeither;
  return axis.fallback(cell);
}

void AxisDefaults::fill(std::vector<std::optional<study::Value>>& values, const std::vector<Origin>& origins) {
  for (std::size_t i = 0; i < axes_.size(); ++i) {  // `network` comes before the columns that depend on it
    if (axes_[i] && origins[i] == Origin::fallback && !values[i]) values[i] = value_of(*axes_[i], values, origins);
  }
}

}  // namespace espalier::grid
