// Collects the label values of all runs axis by axis and adds them as columns.
#include "store/axis_columns.hpp"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <unordered_map>

namespace espalier::store {

namespace {

using Texts = std::vector<std::string_view>;

struct Axis {
  std::string name;
  Texts values;  ///< one a run; "" where the run has no such axis
};

std::vector<Axis> collect(const std::vector<const plan::PlannedRun*>& runs) {
  std::vector<Axis> axes;
  std::unordered_map<std::string_view, std::size_t> place;
  for (std::size_t row = 0; row < runs.size(); ++row) {
    for (const plan::Label& label : runs[row]->labels) {
      const auto [found, is_new] = place.try_emplace(label.axis, axes.size());
      if (is_new) axes.push_back({label.axis, Texts(runs.size())});
      axes[found->second].values[row] = label.value;
    }
  }
  return axes;
}

/// "all" compares as infinity; what is not known yet, or not an axis of the run, is NaN. None: not a number.
std::optional<double> number_of(std::string_view text) {
  if (text.empty() || text == "later") return std::nan("");
  if (text == "all") return std::numeric_limits<double>::infinity();
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Empty unless every value is a number and one is finite.
std::vector<double> numbers_of(const Texts& texts) {
  std::vector<double> numbers;
  numbers.reserve(texts.size());
  bool any_finite = false;
  for (const std::string_view text : texts) {
    const auto number = number_of(text);
    if (!number) return {};
    any_finite |= std::isfinite(*number);
    numbers.push_back(*number);
  }
  return any_finite ? numbers : std::vector<double>{};
}

}  // namespace

void add_axis_columns(h5::Table& table, const std::vector<const plan::PlannedRun*>& runs) {
  for (Axis& axis : collect(runs)) {
    std::vector<double> numbers = numbers_of(axis.values);
    table.add(axis.name, std::move(axis.values));
    if (!numbers.empty()) table.add(axis.name + "_number", std::move(numbers));
  }
}

}  // namespace espalier::store
