// Checks table columns, and packs rows into the byte layout of an HDF5 compound.
#include "espalier/h5/table.hpp"

#include <algorithm>
#include <cstring>

#include "espalier/core/errors.hpp"

namespace espalier::h5 {

namespace {

using Texts = std::vector<std::string_view>;
using Integers = std::vector<std::int64_t>;
using Reals = std::vector<double>;

Field field_of(const Column& column, std::size_t offset) {
  if (std::holds_alternative<Integers>(column.values)) return {Field::Kind::integer, offset, sizeof(std::int64_t)};
  if (std::holds_alternative<Reals>(column.values)) return {Field::Kind::real, offset, sizeof(double)};
  std::size_t longest = 1;  // HDF5 has no empty string type
  for (const std::string_view text : std::get<Texts>(column.values)) longest = std::max(longest, text.size());
  return {Field::Kind::text, offset, longest};
}

void pack_column(const Column& column, const Field& field, std::size_t first, std::size_t count, std::size_t stride,
                 char* rows) {
  char* at = rows + field.offset;
  for (std::size_t row = first; row < first + count; ++row, at += stride) {
    if (const auto* integers = std::get_if<Integers>(&column.values)) {
      std::memcpy(at, &(*integers)[row], field.bytes);
    } else if (const auto* reals = std::get_if<Reals>(&column.values)) {
      std::memcpy(at, &(*reals)[row], field.bytes);
    } else {
      const std::string_view text = std::get<Texts>(column.values)[row];
      std::memcpy(at, text.data(), text.size());
    }
  }
}

}  // namespace

void Table::expect_fits(const std::string& column, std::size_t values) const {
  if (values != rows_) throw Error("column '" + column + "' of table '" + name_ + "' has a wrong number of values");
  for (const Column& known : columns_) {
    if (known.name == column) throw Error("table '" + name_ + "' has two columns '" + column + "'");
  }
}

Layout layout_of(const Table& table) {
  Layout layout;
  for (const Column& column : table.columns()) {
    layout.fields.push_back(field_of(column, layout.row_bytes));
    layout.row_bytes += layout.fields.back().bytes;
  }
  return layout;
}

std::string pack_rows(const Table& table, const Layout& layout, std::size_t first, std::size_t count) {
  std::string rows(count * layout.row_bytes, '\0');
  for (std::size_t i = 0; i < layout.fields.size(); ++i) {
    pack_column(table.columns()[i], layout.fields[i], first, count, layout.row_bytes, rows.data());
  }
  return rows;
}

}  // namespace espalier::h5
