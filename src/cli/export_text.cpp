// Formats the rows of a result table as CSV cells (quoted where needed) or as JSON objects.
#include "cli/export_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/json_text.hpp"

namespace espalier::cli {
namespace {

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}
std::string csv_cell(std::int64_t number) { return std::to_string(number); }
std::string csv_cell(double number) { return std::isnan(number) ? "" : fmt::format("{}", number); }

}  // namespace

std::string to_csv(const h5::Table& table) {
  std::string text;
  const auto end_cell = [&](std::size_t column) { text += column + 1 < table.columns().size() ? "," : "\r\n"; };
  for (std::size_t i = 0; i < table.columns().size(); ++i) {
    text += csv_cell(table.columns()[i].name);
    end_cell(i);
  }
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t i = 0; i < table.columns().size(); ++i) {
      text += std::visit([&](const auto& values) { return csv_cell(values[row]); }, table.columns()[i].values);
      end_cell(i);
    }
  }
  return text;
}

std::string to_json(const h5::Table& table) {
  auto rows = nlohmann::ordered_json::array();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    auto object = nlohmann::ordered_json::object();
    for (const h5::Column& column : table.columns()) {
      std::visit([&](const auto& values) { object[column.name] = values[row]; }, column.values);
    }
    rows.push_back(std::move(object));
  }
  return json_text(rows, 1) + "\n";
}

}  // namespace espalier::cli
