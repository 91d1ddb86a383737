// Lays out rows of text in aligned columns, numbers to the right.
#include "cli/text_table.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "espalier/core/utf8.hpp"

namespace espalier::cli {
namespace {

bool is_numeric(const std::string& cell) {
  if (cell.empty() || cell == "-") return true;
  const std::size_t first = cell.find_first_not_of("+-");
  return first != std::string::npos && std::isdigit(static_cast<unsigned char>(cell[first])) != 0;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, display_width(text)), ' ');
  return right ? space + text : text + space;
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                 const std::vector<bool>& right) {
  std::string text;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (i) text += "  ";
    text += padded(i < cells.size() ? cells[i] : "", widths[i], right[i]);
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + '\n';
}

}  // namespace

bool out_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

Table& Table::row(std::vector<std::string> cells) {
  for (auto& cell : cells) cell = without_controls(cell);
  cells.resize(std::max(cells.size(), header_.size()));
  rows_.push_back(std::move(cells));
  return *this;
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  std::vector<bool> right;
  for (std::size_t i = 0; i < header_.size(); ++i) {
    std::size_t width = display_width(header_[i]);
    bool numeric = !rows_.empty();
    for (const auto& row : rows_) {
      width = std::max(width, display_width(row[i]));
      numeric = numeric && is_numeric(row[i]);
    }
    widths.push_back(width);
    right.push_back(numeric);
  }
  std::vector<std::string> rules;
  for (const std::size_t width : widths) rules.emplace_back(width, '-');
  std::string text = line(header_, widths, right) + line(rules, widths, right);
  for (const auto& row : rows_) text += line(row, widths, right);
  return text;
}

}  // namespace espalier::cli
