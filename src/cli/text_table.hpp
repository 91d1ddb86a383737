#pragma once
// Aligned text columns for human readers, shared by all verbs.
#include <string>
#include <vector>

namespace espalier::cli {

/// A table whose columns align: to the right where all cells are numbers, else to the left.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  /// Shorter rows are filled with empty cells; control characters are shown as "?".
  Table& row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Two spaces between columns, a rule under the header, a line break at the end of each row.
  std::string text() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

/// Is standard output a terminal? Hints and headings are for people only.
bool out_is_terminal();

}  // namespace espalier::cli
