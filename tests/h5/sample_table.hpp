#pragma once
// A table of texts, numbers and values for the tests of this room.
#include <string>
#include <vector>

#include "espalier/h5/table.hpp"

namespace espalier::h5 {

inline Table sample(std::size_t rows = 3, double value = 0.5) {
  Table table("sample", rows);
  std::vector<std::string_view> names;
  std::vector<std::int64_t> numbers;
  for (std::size_t row = 0; row < rows; ++row) {
    names.push_back(table.keep(std::string(row % 5, 'x')));
    numbers.push_back(static_cast<std::int64_t>(row));
  }
  table.add("name", std::move(names));
  table.add("number", std::move(numbers));
  table.add("value", std::vector<double>(rows, value));
  return table;
}

}  // namespace espalier::h5
