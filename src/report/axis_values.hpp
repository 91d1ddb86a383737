#pragma once
// Orders the values of an axis, and tells whether two spellings mean one value.
#include <map>
#include <string>
#include <vector>

namespace espalier::report {

/// Whether all values are numbers; "all" counts as one (infinity).
bool all_numbers(const std::vector<std::string>& values);
double number_of(const std::string& value);  ///< infinity for "all"; only for numbers

bool same_value(const std::string& a, const std::string& b);

/// Distinct values in order: numbers ascending with "all" last; where a word is among them, by first appearance.
/// "later" comes last.
std::vector<std::string> in_order(const std::vector<std::string>& values_as_they_appear);

/// Compares tuples of values, axis by axis, in the order of in_order().
class TupleOrder {
 public:
  explicit TupleOrder(const std::vector<std::vector<std::string>>& tuples);
  bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const;

 private:
  std::vector<std::map<std::string, std::size_t>> places_;
};

}  // namespace espalier::report
