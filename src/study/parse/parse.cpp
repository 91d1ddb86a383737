// Parses a study table by table, runs all checks, and sorts the findings by their place.
#include "espalier/study/parse.hpp"

#include <algorithm>
#include <tuple>

#include "study/parse/nesting.hpp"
#include "study/parse/overrides.hpp"
#include "study/parts.hpp"

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

void parse_tables(const toml::table& text, Study& study, Report& report) {
  const Reader root(text, "", "", report);
  for (auto* part : {parse_study_table, parse_data, parse_split, parse_roles, parse_networks}) part(root, study);
  if (const toml::table* train = root.child("train")) study.train = parse_train(*train, "train", false, report);
  parse_experiments(root, study);
  parse_outputs(root, study);
}

void check(const CheckContext& context) {
  for (auto* part : {check_roles, check_experiments, check_takes, check_starts, check_kinds, check_circles,
                     check_freezing, check_size, check_outputs})
    part(context);
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
    parse_tables(*root, result.study, report);
    check({result.study, report});
  }
  sort_by_place(result.diagnostics);
  return result;
}

}  // namespace espalier::study
