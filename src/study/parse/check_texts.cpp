// Refuses control characters in the texts and names of a study: they would steer the terminals that show them.
#include <algorithm>

#include "study/parse/parse_tables.hpp"
#include "study/parse/reader.hpp"

namespace espalier::study {
namespace {

enum class Breaks : bool { refused, allowed };

bool is_control(char c, Breaks breaks) {
  if (breaks == Breaks::allowed && (c == '\n' || c == '\t' || c == '\r')) return false;
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

void check_text(const std::string& text, Breaks breaks, Location where, const std::string& path, Report& report) {
  if (std::none_of(text.begin(), text.end(), [&](char c) { return is_control(c, breaks); })) return;
  report.error(where, path, {"the text has a control character", "reports and terminals show it", "Remove it"});
}

void check_node(const toml::node& node, Breaks breaks, const std::string& path, Report& report) {
  if (const auto* text = node.as_string()) return check_text(text->get(), breaks, location_of(node), path, report);
  if (const auto* array = node.as_array()) {
    for (const auto& element : *array) check_node(element, breaks, path, report);
  }
  if (const auto* table = node.as_table()) check_texts(*table, path, report);
}

}  // namespace

void check_texts(const toml::table& table, const std::string& path, Report& report) {
  for (const auto& entry : entries(table)) {
    const std::string inner = path.empty() ? entry.key : path + "." + entry.key;
    check_text(entry.key, Breaks::refused, entry.where, path, report);
    check_node(*entry.node, entry.key == "name" ? Breaks::refused : Breaks::allowed, inner, report);
  }
}

}  // namespace espalier::study
