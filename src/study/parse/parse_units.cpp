// Parses the listed units of a network.
#include <set>

#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

network::UnitSpec parse_unit(const toml::node& node, const std::string& path, std::size_t number, Report& report) {
  network::UnitSpec unit;
  unit.name = "unit" + std::to_string(number);
  const toml::table* table = node.as_table();
  if (!table) {
    unit.layers = parse_layers(node, path, report);
    return unit;
  }
  const Reader reader(*table, path, "network.units", report);
  unit.name = reader.word("name").value_or(unit.name);
  if (const toml::node* layers = reader.node("layers")) {
    unit.layers = parse_layers(*layers, reader.path("layers"), report);
  } else {
    reader.missing("layers", "List its layers");
  }
  return unit;
}

}  // namespace

std::vector<network::UnitSpec> parse_units(const toml::node& node, const std::string& path, Report& report) {
  std::vector<network::UnitSpec> units;
  if (!node.is_array() || node.as_array()->empty()) {
    report.error(location_of(node), path, {"expected an array of units", "found " + kind_of(node), ""});
    return units;
  }
  std::set<std::string> names;
  for (const auto& element : *node.as_array()) {
    units.push_back(parse_unit(element, path, units.size() + 1, report));
    const auto& unit = units.back();
    if (!names.insert(unit.name).second) {
      report.error(location_of(element), path,
                   {"two units are named '" + unit.name + "'", "parameters are named by them", ""});
    }
    if (element.is_array() && element.as_array()->empty()) {
      report.error(location_of(element), path, {"the unit is empty", "a unit has layers", ""});
    }
  }
  return units;
}

}  // namespace espalier::study
