// Sorts axis values as numbers with "all" last, or as words in order of appearance.
#include "report/axis_values.hpp"

#include <algorithm>
#include <limits>

#include "espalier/study/value.hpp"

namespace espalier::report {
namespace {

bool is_number(const std::string& value) {
  const auto parsed = study::parse_value(value).held;
  return value == "all" || std::holds_alternative<std::int64_t>(parsed) || std::holds_alternative<double>(parsed);
}

std::vector<std::string> distinct(const std::vector<std::string>& values) {
  std::vector<std::string> result;
  std::map<std::string, bool> seen;
  for (const auto& value : values) {
    if (seen.emplace(value, true).second) result.push_back(value);
  }
  return result;
}

}  // namespace

bool all_numbers(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(), is_number);
}

double number_of(const std::string& value) {
  const auto parsed = study::parse_value(value).held;
  if (const auto* integer = std::get_if<std::int64_t>(&parsed)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&parsed)) return *real;
  return std::numeric_limits<double>::infinity();
}

bool same_value(const std::string& a, const std::string& b) {
  return a == b || (is_number(a) && is_number(b) && number_of(a) == number_of(b));
}

std::vector<std::string> in_order(const std::vector<std::string>& values_as_they_appear) {
  auto values = distinct(values_as_they_appear);
  const bool has_later = std::erase(values, "later") > 0;
  if (all_numbers(values)) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return number_of(a) < number_of(b); });
  }
  if (has_later) values.push_back("later");
  return values;
}

TupleOrder::TupleOrder(const std::vector<std::vector<std::string>>& tuples) {
  const std::size_t axes = tuples.empty() ? 0 : tuples.front().size();
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::vector<std::string> values;
    for (const auto& tuple : tuples) values.push_back(tuple[axis]);
    auto& places = places_.emplace_back();
    for (const auto& value : in_order(values)) places.emplace(value, places.size());
  }
}

bool TupleOrder::operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const {
  for (std::size_t axis = 0; axis < places_.size(); ++axis) {
    const std::size_t place_a = places_[axis].at(a[axis]), place_b = places_[axis].at(b[axis]);
    if (place_a != place_b) return place_a < place_b;
  }
  return false;
}

}  // namespace espalier::report
