// Parses the layers of a listed unit; the table of layers has the defaults of the keys left out.
#include <set>

#include "espalier/network/layer_names.hpp"
#include "espalier/network/layers.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

using network::LayerSpec;
constexpr std::int64_t kMost = 1'000'000;

std::int32_t whole(const Reader& reader, const std::string& key, std::int64_t least, std::int32_t fallback) {
  return static_cast<std::int32_t>(reader.integer(key, least, kMost).value_or(fallback));
}

void parse_kernel(const Reader& reader, LayerSpec& layer) {
  const auto sides = reader.integers("kernel", 1, kMost);
  if (sides.size() > 2) reader.error("kernel", {"expected one or two numbers", "a kernel has height and width", ""});
  if (!sides.empty()) {
    layer.kernel_h = static_cast<std::int32_t>(sides.front());
    layer.kernel_w = static_cast<std::int32_t>(sides.back());
  }
  layer.kernel_h = whole(reader, "kernel_h", 1, layer.kernel_h);
  layer.kernel_w = whole(reader, "kernel_w", 1, layer.kernel_w);
  if (network::row_of(layer.kind).has_kernel && (layer.kernel_h == 0 || layer.kernel_w == 0) && !reader.has("kernel")) {
    reader.missing("kernel", "Write kernel = 3 or kernel = [3, 5]");
  }
}

/// A number of pixels, or "same".
void parse_padding(const Reader& reader, LayerSpec& layer) {
  const toml::node* node = reader.node("padding");
  if (!node || !node->is_string()) {
    layer.padding = whole(reader, "padding", 0, layer.padding);
  } else if (reader.choice("padding", {"same"})) {
    layer.padding = network::kSamePadding;
  }
}

void parse_numbers(const Reader& reader, LayerSpec& layer) {
  const bool slides = network::row_of(layer.kind).stride_is_kernel && layer.kernel_h > 0;
  layer.outputs = whole(reader, "outputs", 0, layer.outputs);
  layer.stride = whole(reader, "stride", 1, slides ? layer.kernel_h : layer.stride);
  parse_padding(reader, layer);
  layer.groups = whole(reader, "groups", 1, layer.groups);
  layer.bias = reader.truth("bias").value_or(layer.bias);
  layer.ceil_mode = reader.truth("ceil_mode").value_or(layer.ceil_mode);
  layer.probability = reader.real("probability", {.least = 0, .below = 1}).value_or(layer.probability);
}

void parse_norm(const Reader& reader, LayerSpec& layer) {
  layer.size = whole(reader, "size", 1, layer.size);
  layer.alpha = reader.real("alpha", {.least = 0}).value_or(layer.alpha);
  layer.beta = reader.real("beta", {.least = 0}).value_or(layer.beta);
  layer.k = reader.real("k", {.least = 0}).value_or(layer.k);
  layer.epsilon = reader.real("epsilon", {.above = 0}).value_or(layer.epsilon);
  layer.momentum = reader.real("momentum", {.least = 0, .most = 1}).value_or(layer.momentum);
}

void parse_init(const Reader& reader, LayerSpec& layer) {
  if (const auto word = reader.choice("init", network::init_names())) layer.init = network::parse_init(*word);
  const bool gaussian = layer.init == network::Init::gaussian;
  layer.init_std = reader.real("init_std", {.least = 0}).value_or(gaussian ? 0.01 : 0);
  layer.init_bias = reader.real("init_bias", {}).value_or(0);
}

void parse_branches(const Reader& reader, LayerSpec& layer, int depth) {
  const toml::node* node = reader.node("branches");
  if (!network::has_branches(layer.kind)) {
    if (node)
      reader.error("branches", {"this kind of layer has no branches",
                                "only concatenate, add and spatial_transformer have some", ""});
    return;
  }
  if (!node) return reader.missing("branches", "Write branches = [[...], [...]]");
  const bool joins = layer.kind != network::LayerKind::spatial_transformer;
  const std::size_t count = node->is_array() ? node->as_array()->size() : 0;
  if (joins ? count < 2 : count != 1) {
    return reader.error("branches",
                        {joins ? "expected an array of at least two branches" : "expected an array of one branch",
                         "found " + (node->is_array() ? std::to_string(count) : kind_of(*node)), ""});
  }
  if (depth == network::kDeepestBranches) {
    return reader.error("branches", {"branches are nested too deeply",
                                     "at most " + std::to_string(network::kDeepestBranches) + " may hold each other",
                                     "List the layers flatter"});
  }
  for (const auto& branch : *node->as_array()) {
    layer.branches.push_back(parse_layers(branch, reader.path("branches"), reader.report(), depth + 1));
  }
}

LayerSpec parse_layer(const toml::table& table, const std::string& path, std::size_t place, Report& report, int depth) {
  const Reader reader(table, path, "network.layer", report);
  LayerSpec layer;
  if (!reader.has("kind")) reader.missing("kind", "Write kind = \"convolution\" or another");
  const auto kind = reader.choice("kind", network::kind_names());
  if (!kind) return layer;  // the rest depends on it
  const auto& row = network::row_of(network::parse_kind(*kind));
  layer = row.defaults;
  const bool named = row.holds != network::LayerHolds::nothing;
  layer.name = reader.word("name").value_or(named ? std::to_string(place) : "");
  if (layer.name.find('.') != std::string::npos) {
    reader.error("name", {"a layer's name has no dot", "dots part the names of parameters", ""});
  }
  parse_kernel(reader, layer);
  parse_numbers(reader, layer);
  parse_norm(reader, layer);
  parse_init(reader, layer);
  parse_branches(reader, layer, depth);
  return layer;
}

}  // namespace

std::vector<LayerSpec> parse_layers(const toml::node& node, const std::string& path, Report& report, int depth) {
  std::vector<LayerSpec> layers;
  std::set<std::string> names;
  if (!node.is_array()) {
    report.error(location_of(node), path, {"expected an array of layers", "found " + kind_of(node), ""});
    return layers;
  }
  for (const auto& element : *node.as_array()) {
    const toml::table* table = element.as_table();
    if (!table) {
      report.error(location_of(element), path,
                   {"expected a layer", "found " + kind_of(element), "Write { kind = \"relu\" }"});
      continue;
    }
    layers.push_back(parse_layer(*table, path, layers.size(), report, depth));
    const std::string& name = layers.back().name;
    if (!name.empty() && !names.insert(name).second) {
      report.error(location_of(element), path,
                   {"two layers are named '" + name + "'", "parameters are named by them", ""});
    }
  }
  return layers;
}

}  // namespace espalier::study
