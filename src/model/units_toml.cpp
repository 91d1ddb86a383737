// Writes a network as the [network] table of a study file.
#include "espalier/model/description.hpp"
#include "espalier/network/layers.hpp"
#include "field_json.hpp"

namespace espalier::model {
namespace {

using network::LayerSpec;

/// Keys that are always written, because a study file's default for them is not LayerSpec's.
std::vector<std::string> spelled_out(network::LayerKind kind) {
  const auto& row = network::row_of(kind);
  const Json plain = all_fields(LayerSpec{}), defaults = all_fields(row.defaults);
  std::vector<std::string> keys;
  if (row.stride_is_kernel) keys.push_back("stride");
  for (const auto& [key, value] : defaults.items()) {
    if (key != "kind" && value != plain.at(key)) keys.push_back(key);
  }
  return keys;
}

std::string layers_toml(const std::vector<LayerSpec>& layers, const std::string& indent);

std::string branches_toml(const LayerSpec& layer, const std::string& indent) {
  std::string text = "[";
  for (const auto& branch : layer.branches) {
    text += "\n" + indent + "  [" + layers_toml(branch, indent + "    ") +
            (branch.empty() ? "" : "\n" + indent + "  ") + "],";
  }
  return text + "\n" + indent + "]";
}

std::string layer_toml(const LayerSpec& layer, const std::string& indent) {
  Json fields = to_json(layer);
  fields.erase("kind");
  fields.erase("branches");
  const Json all = all_fields(layer);
  for (const auto& key : spelled_out(layer.kind)) fields[key] = all.at(key);
  if (layer.padding == network::kSamePadding) fields["padding"] = "same";
  std::string text = "{ kind = \"" + network::name_of(layer.kind) + "\"";
  for (const auto& [key, value] : fields.items()) text += ", " + key + " = " + value.dump();
  if (!layer.branches.empty()) text += ", branches = " + branches_toml(layer, indent);
  return text + " }";
}

std::string layers_toml(const std::vector<LayerSpec>& layers, const std::string& indent) {
  std::string text;
  for (const auto& layer : layers) text += "\n" + indent + layer_toml(layer, indent) + ",";
  return text;
}

}  // namespace

std::string units_to_toml(const network::NetworkSpec& network, const std::string& name) {
  std::string text = "[network]\nname = " + Json(name).dump() + "\nunits = [\n";
  for (const auto& unit : network.units) {
    text += "  { name = " + Json(unit.name).dump() + ", layers = [" + layers_toml(unit.layers, "    ") + "\n  ] },\n";
  }
  return text + "]\n";
}

}  // namespace espalier::model
