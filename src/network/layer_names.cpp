// Converts layer kinds and initialisations to their names and back.
#include "espalier/network/layer_names.hpp"

#include <algorithm>
#include <array>

#include "espalier/core/errors.hpp"
#include "espalier/network/layers.hpp"

namespace espalier::network {
namespace {

constexpr std::array kInits = {"none",          "he_normal_fan_in", "he_normal_fan_out",
                               "torch_default", "gaussian",         "ones_zeros"};

template <class Enum>
Enum parse(const std::vector<std::string>& names, std::string_view name, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  std::string known;
  for (const auto& each : names) known += (known.empty() ? "" : ", ") + each;
  throw UsageError("unknown " + std::string(what) + " '" + std::string(name) + "'", "no such name",
                   "Use one of: " + known);
}

}  // namespace

std::string name_of(LayerKind kind) { return row_of(kind).name; }
std::string name_of(Init init) { return kInits.at(static_cast<std::size_t>(init)); }
LayerKind parse_kind(std::string_view name) { return parse<LayerKind>(kind_names(), name, "kind of layer"); }
Init parse_init(std::string_view name) { return parse<Init>(init_names(), name, "initialisation"); }

std::vector<std::string> kind_names() {
  std::vector<std::string> names;
  for (const auto& row : layers()) names.push_back(row.name);
  return names;
}
std::vector<std::string> init_names() { return {kInits.begin(), kInits.end()}; }

bool has_parameters(LayerKind kind) {
  const auto holds = row_of(kind).holds;
  return holds == LayerHolds::weight || holds == LayerHolds::norm;
}
bool has_branches(LayerKind kind) { return row_of(kind).holds == LayerHolds::branches; }

}  // namespace espalier::network
