// Parses a study table by table, runs all checks, and sorts the findings by their place.
#include "espalier/study/parse.hpp"

#include <algorithm>
#include <tuple>

#include "study/check/check_study.hpp"
#include "study/parse/nesting.hpp"
#include "study/parse/overrides.hpp"
#include "study/parse/parse_tables.hpp"
#include "study/parse/stored_names.hpp"

namespace espalier::study {
namespace {

std::optional<toml::table> read_toml(const std::string& text, Report& report) {
  if (const auto line = line_of_deep_key(text)) {
    report.error({*line, 1}, "",
                 {"a key has more than " + std::to_string(kMostKeyParts) + " parts",
                  "no key of the study language has as many", "See docs/study.md for the keys"});
    return std::nullopt;
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    report.error({static_cast<std::int32_t>(at.line), static_cast<std::int32_t>(at.column)}, "",
                 {"this is not TOML", std::string(error.description()), "See https://toml.io for the form"});
    return std::nullopt;
  }
}

void sort_by_place(std::vector<Diagnostic>& diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tuple(a.where.line, a.where.column) < std::tuple(b.where.line, b.where.column);
  });
}

}  // namespace

ParseResult parse(const std::string& text, const std::vector<std::string>& overrides) {
  ParseResult result;
  result.study.text = text;
  Report report(result.diagnostics);
  if (auto root = read_toml(text, report)) {
    apply_overrides(*root, overrides, report);
    check_texts(*root, "", report);
    parse_tables(Reader(*root, "", "", report), result.study);
    use_stored_axis_names(result.study);
    check_study({result.study, report});
  }
  sort_by_place(result.diagnostics);
  return result;
}

}  // namespace espalier::study
