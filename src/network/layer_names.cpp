// Converts layer kinds and initialisations to their names and back.
#include "espalier/network/layer_names.hpp"

#include <algorithm>
#include <array>

#include "espalier/core/errors.hpp"

namespace espalier::network {
namespace {

constexpr std::array kKinds = {
    "convolution",         "linear",     "relu",    "max_pool",    "average_pool", "adaptive_average_pool",
    "local_response_norm", "batch_norm", "dropout", "concatenate", "add"};
constexpr std::array kInits = {"none",          "he_normal_fan_in", "he_normal_fan_out",
                               "torch_default", "gaussian",         "ones_zeros"};

template <std::size_t N>
std::vector<std::string> list(const std::array<const char*, N>& names) {
  return {names.begin(), names.end()};
}

template <class Enum, std::size_t N>
Enum parse(const std::array<const char*, N>& names, std::string_view name, const char* what) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<Enum>(found - names.begin());
  std::string known;
  for (const char* each : names) known += (known.empty() ? "" : ", ") + std::string(each);
  throw UsageError("unknown " + std::string(what) + " '" + std::string(name) + "'", "no such name",
                   "Use one of: " + known);
}

}  // namespace

std::string name_of(LayerKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }
std::string name_of(Init init) { return kInits.at(static_cast<std::size_t>(init)); }
LayerKind parse_kind(std::string_view name) { return parse<LayerKind>(kKinds, name, "kind of layer"); }
Init parse_init(std::string_view name) { return parse<Init>(kInits, name, "initialisation"); }
std::vector<std::string> kind_names() { return list(kKinds); }
std::vector<std::string> init_names() { return list(kInits); }

bool has_parameters(LayerKind kind) {
  return kind == LayerKind::convolution || kind == LayerKind::linear || kind == LayerKind::batch_norm;
}
bool has_branches(LayerKind kind) { return kind == LayerKind::concatenate || kind == LayerKind::add; }

}  // namespace espalier::network
