// Parses [network]: a named network with a width, or listed units.
#include <algorithm>

#include "espalier/network/front.hpp"
#include "espalier/network/networks.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

bool is_one_network(const toml::table& table) {
  return std::any_of(table.begin(), table.end(), [](const auto& entry) { return !entry.second.is_table(); });
}

void take_named(const Reader& reader, const std::string& known, double width, Network& network) {
  const auto spec = network::named(known, {.width = width});
  if (spec) {
    network.spec = *spec;
    return;
  }
  Problem problem = unknown_word("network", known, network::names());
  if (!reader.has("name")) problem.suggestion = "Add name = \"...\" or units = [...]";
  reader.error("name", problem);
}

/// Reads `front`, and refuses what cannot stand in front of a network.
void parse_front(const Reader& reader, Network& network) {
  network.front = reader.truth("front").value_or(false);
  if (!network.front || (reader.has("units") && network::can_stand_in_front(network.spec))) return;
  reader.error("front", {"a unit in front of a network is listed, and ends with a convolution or a spatial transformer",
                         "that one starts at 0, so that the unit starts as the identity",
                         "Write units = [[..., { kind = \"convolution\", kernel = 1 }]]"});
}

Network parse_one(const Reader& reader, const std::string& table_name) {
  Network network;
  network.where = reader.where();
  const auto label = reader.word("name");
  network.width = reader.real("width", {.most = 64, .above = 0}).value_or(1);
  network.name = !table_name.empty() ? table_name : label.value_or("network");
  if (const toml::node* units = reader.node("units")) {
    network.spec.units = parse_units(*units, reader.path("units"), reader.report());
    if (reader.has("width")) {
      reader.error("width", {"listed units have no width", "their outputs are written out", "Remove it"});
    }
  } else if (!reader.has("name") && table_name.empty()) {
    reader.missing("name", "Add name = \"cifar7\", or list units");
  } else if (label || !reader.has("name")) {
    take_named(reader, label.value_or(table_name), network.width, network);
  }
  parse_front(reader, network);
  return network;
}

}  // namespace

void parse_networks(const Reader& root, Study& study) {
  Report& report = root.report();
  if (!root.has("network")) {
    return report.error({}, "network",
                        {"there is no network", "runs train one", "Add [network] with name = \"cifar7\""});
  }
  const toml::table* table = root.child("network");
  if (!table) return;
  if (table->empty() || is_one_network(*table)) {
    study.networks.push_back(parse_one(Reader(*table, "network", "network", report), ""));
    return;
  }
  for (const auto& entry : entries(*table)) {
    const Reader reader(*entry.node->as_table(), "network." + entry.key, "network.NAME", report);
    study.networks.push_back(parse_one(reader, entry.key));
  }
  // The first network is the default of the axis `network`, which a front is no value of.
  std::stable_partition(study.networks.begin(), study.networks.end(), [](const Network& one) { return !one.front; });
  if (study.networks.empty() || study.networks.front().front)
    report.error({}, "network", {"all networks are fronts", "runs train one behind them", "Add [network.NAME]"});
}

}  // namespace espalier::study
