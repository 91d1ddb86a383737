#pragma once
// A table held by columns, from which one compound dataset or one CSV file is made.
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

/// Columns of equal length, in order. Texts are views of memory that outlives the table, or of texts given to keep().
class Table {
 public:
  Table(std::string name, std::size_t rows) : name_(std::move(name)), rows_(rows) {}
  Table(Table&&) noexcept = default;
  Table& operator=(Table&&) noexcept = default;

  /// Adds a column. Throws Error unless it has one value per row and its name is new.
  template <class Value>
  void add(std::string column, std::vector<Value> values) {
    expect_fits(column, values.size());
    columns_.push_back({std::move(column), std::move(values)});
  }
  /// Stores a text; the view lives as long as the table.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  const std::string& name() const { return name_; }
  std::size_t rows() const { return rows_; }
  const std::vector<Column>& columns() const { return columns_; }

 private:
  void expect_fits(const std::string& column, std::size_t values) const;

  std::string name_;
  std::size_t rows_ = 0;
  std::vector<Column> columns_;
  std::deque<std::string> kept_;  // a deque: views stay valid when it grows or moves
};

/// The place of a column's value in a packed row: texts are padded with NUL to the longest, int64 and float64 stand as
/// they are.
struct Field {
  enum class Kind : std::uint8_t { text, integer, real } kind = Kind::text;
  std::size_t offset = 0, bytes = 0;
};

struct Layout {
  std::vector<Field> fields;  ///< one per column
  std::size_t row_bytes = 0;
};

Layout layout_of(const Table& table);
/// Packs rows first to first + count - 1.
std::string pack_rows(const Table& table, const Layout& layout, std::size_t first, std::size_t count);

}  // namespace espalier::h5
