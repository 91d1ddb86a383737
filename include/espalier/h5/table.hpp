#pragma once
// A table by columns: what becomes one compound dataset, or one CSV file.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace espalier::h5 {

struct Column {
  std::string name;
  std::variant<std::vector<std::string_view>, std::vector<std::int64_t>, std::vector<double>> values;
};

/// Columns of equal length, in order. Texts are views: of what outlives the table, or of what keep() keeps.
class Table {
 public:
  Table(std::string name, std::size_t rows) : name_(std::move(name)), rows_(rows) {}
  Table(Table&&) noexcept = default;
  Table& operator=(Table&&) noexcept = default;

  /// Adds a column. Throws Error unless it has one value a row and a new name.
  template <class Value>
  void add(std::string column, std::vector<Value> values) {
    expect_fits(column, values.size());
    columns_.push_back({std::move(column), std::move(values)});
  }
  /// A view that lives as long as the table.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  const std::string& name() const { return name_; }
  std::size_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  void expect_fits(const std::string& column, std::size_t values) const;

  std::string name_;
  std::size_t rows_ = 0;
  std::vector<Column> columns_;
  std::deque<std::string> kept_;  // views stay valid when it grows or moves
};

/// Where a column's value lies in a packed row: texts padded with NUL to the longest, int64 and float64 as they are.
struct Field {
  enum class Kind : std::uint8_t { text, integer, real } kind = Kind::text;
  std::size_t offset = 0, bytes = 0;
};

struct Layout {
  std::vector<Field> fields;  ///< one a column
  std::size_t row_bytes = 0;
};

Layout layout_of(const Table& table);
/// Rows first .. first + count - 1, packed.
std::string pack_rows(const Table& table, const Layout& layout, std::size_t first, std::size_t count);

}  // namespace espalier::h5
