#pragma once
// A result table as CSV or JSON text, for `espalier export`.
#include <string>

#include "espalier/h5/table.hpp"

namespace espalier::cli {

/// RFC 4180 with one header line; numbers in their shortest exact form, NaN as an empty field.
std::string to_csv(const h5::Table& table);
/// An array with one object per row; NaN and infinity become null.
std::string to_json(const h5::Table& table);

}  // namespace espalier::cli
