// Parses rate groups and checks that relative ones lead to a group with a rate of its own.
#include <algorithm>

#include "study/parse/parse_tables.hpp"
#include "study/rate_values.hpp"

namespace espalier::study {
namespace {

void check_form(const Reader& reader, const RateGroup& group) {
  if (!reader.has("units")) reader.missing("units", "Write units = \"top\", \"new\", \"copied\", \"rest\" or numbers");
  const bool relative = reader.has("relative"), to = reader.has("to");
  if (relative != to) {
    reader.error(relative ? "relative" : "to",
                 {"relative and to come together", "one of them is missing", "Write relative = 0.2, to = \"new\""});
  } else if (relative == reader.has("start")) {
    reader.error(relative ? "start" : "units",
                 {relative ? "both start and relative" : "neither start nor relative", "a group has one rate",
                  "Write start = 0.01, or relative = 0.2, to = \"new\""});
  }
  if (relative) {
    for (const char* key : {"factor", "first", "every", "decays", "beat"}) {
      if (reader.has(key))
        reader.error(key, {"a relative rate has no schedule", "it follows that of its group", "Remove it"});
    }
  }
  if (group.every && !reader.has("first")) {
    reader.error("every", {"every without first", "the rate never decays", "Add first"});
  }
  if (reader.has("decays") && reader.has("beat")) {
    reader.error("beat", {"decays and beat are one key", "beat is its earlier name", "Remove it"});
  }
  if (group.first && !reader.has("factor")) {
    reader.error("first", {"first without factor", "the rate decays by it", "Add factor = 0.1"});
  }
}

RateGroup parse_group(const toml::table& table, const std::string& path, Report& report) {
  const Reader reader(table, path, "train.rates", report);
  RateGroup group;
  group.where = reader.where();
  for (const auto& entry : entries(table)) {
    if (!is_rate_key(entry.key)) continue;
    const auto value = scalar(*entry.node);
    if (!value) {
      reader.error(entry.key, {"expected a single value", "found " + kind_of(*entry.node), ""});
    } else if (const auto problem = set_rate_value(group, entry.key, *value)) {
      reader.error(entry.key, *problem);
    }
  }
  check_form(reader, group);
  if (group.relative && group.relative->to.empty()) group.relative.reset();
  if (!group.relative && !group.start) group.start = 1;  // it was refused: planning is to say nothing that follows
  return group;
}

const RateGroup* find(const std::vector<RateGroup>& groups, const std::string& units) {
  const auto found = std::find_if(groups.begin(), groups.end(), [&](const RateGroup& g) { return g.units == units; });
  return found == groups.end() ? nullptr : &*found;
}

/// Whether following `to` from group to group ends at one with a rate of its own.
bool ends_at_a_rate(const std::vector<RateGroup>& groups, const RateGroup& from) {
  const RateGroup* group = &from;
  for (std::size_t steps = 0; group && steps <= groups.size(); ++steps) {
    if (!group->relative) return true;
    group = find(groups, group->relative->to);
  }
  return false;
}

void check_groups(const std::vector<RateGroup>& groups, const std::string& path, Report& report) {
  std::vector<std::string> known;
  for (const auto& group : groups) {
    if (std::find(known.begin(), known.end(), group.units) != known.end() && !group.units.empty()) {
      report.error(group.where, path,
                   {"two groups for units \"" + group.units + "\"", "the first match wins", "Remove one"});
    }
    known.push_back(group.units);
  }
  for (const auto& group : groups) {
    if (!group.relative || group.relative->to.empty()) continue;
    if (!find(groups, group.relative->to)) {
      if (find(groups, "")) continue;  // whose units were refused, and may be the ones
      report.error(group.where, path + ".to", unknown_word("rate group", group.relative->to, known));
    } else if (!ends_at_a_rate(groups, group)) {
      report.error(group.where, path + ".to",
                   {"relative rates in a circle", "none of them has a start", "Give one a start"});
    }
  }
}

}  // namespace

std::vector<RateGroup> parse_rates(const toml::node& node, const std::string& path, Report& report) {
  std::vector<RateGroup> groups;
  const toml::array* array = node.as_array();
  if (!array || array->empty()) {
    report.error(
        location_of(node), path,
        {"expected an array of rate groups", "found " + kind_of(node), "Write [{ units = \"rest\", start = 0.01 }]"});
    return groups;
  }
  for (const auto& element : *array) {
    if (const toml::table* table = element.as_table()) {
      groups.push_back(parse_group(*table, path, report));
    } else {
      report.error(location_of(element), path, {"expected a table", "found " + kind_of(element), ""});
    }
  }
  check_groups(groups, path, report);
  for (auto& group : groups) {
    if (group.units.empty()) group.units = "rest";  // the same
  }
  return groups;
}

}  // namespace espalier::study
