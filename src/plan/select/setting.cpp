// Reads from a run's cell the values that a selection compares runs by.
#include "plan/select/setting.hpp"

#include <algorithm>

namespace espalier::plan {

bool is_pick(const study::Take& take) {
  return std::find(take.values.begin(), take.values.end(), kChosen) != take.values.end();
}

std::optional<std::vector<Label>> setting_of(const study::Take& take, const RunRef& ref) {
  const bool picks = is_pick(take);
  std::vector<Label> setting;
  for (const auto& axis : take.values) {
    if (picks && axis == kChosen) {
      setting.push_back({axis, ref.experiment->study->name});
      continue;
    }
    const auto* value = value_at(ref.experiment->grid, ref.cell(), axis);
    if (value) setting.push_back({axis, to_string(*value)});
    else if (!picks) return std::nullopt;
  }
  return setting;
}

bool same_values(std::vector<Label> a, std::vector<Label> b) {
  const auto by_axis = [](const Label& x, const Label& y) { return x.axis < y.axis; };
  std::sort(a.begin(), a.end(), by_axis);
  std::sort(b.begin(), b.end(), by_axis);
  return a == b;
}

std::optional<std::vector<Label>> values_of(const std::vector<std::string>& axes, const grid::Grid& grid,
                                            const grid::Cell& cell, const CanonicalSizes& sizes) {
  const std::string place = size_place(grid, cell);
  std::vector<Label> values;
  for (const auto& axis : axes) {
    const auto* value = value_at(grid, cell, axis);
    if (!value) return std::nullopt;
    values.push_back({axis, sizes.text(axis, *value, place)});
  }
  return values;
}

std::string text_of(const std::vector<Label>& labels) {
  std::string text;
  for (const auto& label : labels) text += (text.empty() ? "" : ",") + label.axis + "=" + label.value;
  return text;
}

}  // namespace espalier::plan
