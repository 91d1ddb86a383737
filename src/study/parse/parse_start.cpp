// Parses `start` and `units_from`: finished runs, or sources, that an experiment's networks come from.
#include "espalier/core/errors.hpp"
#include "espalier/study/units_word.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

constexpr const char* kStartForm = "Write { experiment = \"...\", same = [\"target\", \"split\"] }";
constexpr const char* kUnitsForm =
    "Write { units = \"1-3\", experiment = \"...\", same = [...] } or { units = \"7\", source = \"...\" }";
constexpr const char* kUnitAxis = "tuned_unit";

Start start_of(const Reader& reader) {
  return {reader.word("experiment").value_or(""), reader.words("same"), reader.where()};
}

std::vector<std::int32_t> parse_unit_numbers(const Reader& reader) {
  const toml::node* node = reader.node("units");
  if (!node) {
    reader.missing("units", kUnitsForm);
    return {};
  }
  const auto value = scalar(*node);
  if (!value || (!value->word() && !value->integer())) {
    reader.error("units", {"expected unit numbers", "found " + kind_of(*node), kUnitsForm});
    return {};
  }
  try {
    return parse_unit_list(to_string(*value));
  } catch (const UsageError& error) {
    reader.error("units", error.problem());
    return {};
  }
}

UnitsFrom parse_one(const Reader& reader) {
  UnitsFrom units;
  units.where = reader.where();
  const auto* word = reader.node("units") ? reader.node("units")->as_string() : nullptr;
  if (word && word->get() == kUnitAxis) units.axis = kUnitAxis;
  else units.units = parse_unit_numbers(reader);
  const bool source = reader.has("source"), run = reader.has("experiment");
  if (source == run) {
    reader.error(source ? "source" : "experiment",
                 {source ? "both source and experiment" : "neither source nor experiment",
                  "units come from one network", kUnitsForm});
  }
  if (run) units.run = start_of(reader);
  else if (reader.has("same") && source)
    reader.error("same", {"same belongs to experiment", "a source is found by its name", "Remove it"});
  units.source = reader.word("source").value_or("");
  return units;
}

}  // namespace

std::optional<Start> parse_start(const Reader& experiment) {
  const toml::table* table = experiment.child("start");
  if (!table) return std::nullopt;
  const Reader reader(*table, experiment.path("start"), "experiment.start", experiment.report());
  if (!reader.has("experiment")) reader.missing("experiment", kStartForm);
  return start_of(reader);
}

std::vector<UnitsFrom> parse_units_from(const Reader& experiment) {
  std::vector<UnitsFrom> all;
  for (const toml::table* table : experiment.children("units_from")) {
    all.push_back(
        parse_one(Reader(*table, experiment.path("units_from"), "experiment.units_from", experiment.report())));
  }
  return all;
}

}  // namespace espalier::study
