#pragma once
// Orders the values of an axis, and tells whether two spellings mean one value.
#include <map>
#include <string>
#include <vector>

namespace espalier::report {

/// As numbers where all of them are: "all" is infinity. Nothing where a word is among them.
bool all_numbers(const std::vector<std::string>& values);
double number_of(const std::string& value);  ///< infinity for "all"; only for numbers

bool same_value(const std::string& a, const std::string& b);

/// Numbers ascending with "all" last; "later" behind everything; where words are among them, as they first appeared.
std::vector<std::string> in_order(std::vector<std::string> values_as_they_appear);

/// Compares tuples of values, axis by axis, by the places that in_order gives.
class TupleOrder {
 public:
  explicit TupleOrder(const std::vector<std::vector<std::string>>& tuples);
  bool operator()(const std::vector<std::string>& a, const std::vector<std::string>& b) const;

 private:
  std::vector<std::map<std::string, std::size_t>> places_;
};

}  // namespace espalier::report
