// Joins the layers of a front network into one unit before another network's, which starts as the identity.
#include "espalier/network/front.hpp"

#include "espalier/core/checks.hpp"

namespace espalier::network {
namespace {

void fill_outputs(std::vector<LayerSpec>& layers, std::int32_t channels) {
  for (auto& layer : layers) {
    if (layer.kind == LayerKind::convolution && layer.outputs == 0) layer.outputs = channels;
    for (auto& branch : layer.branches) fill_outputs(branch, channels);
  }
}

std::vector<LayerSpec> joined(const NetworkSpec& front) {
  std::vector<LayerSpec> all;
  for (const auto& unit : front.units) {
    for (auto layer : unit.layers) {
      if (!layer.name.empty()) layer.name = unit.name + "_" + layer.name;
      all.push_back(std::move(layer));
    }
  }
  return all;
}

/// The layer whose parameters start at 0: a last convolution, or the last linear layer of a last transformer's branch.
/// Null where there is none.
LayerSpec* start_of(std::vector<LayerSpec>& layers) {
  if (layers.empty()) return nullptr;
  auto& last = layers.back();
  if (last.kind == LayerKind::convolution) return &last;
  if (last.kind != LayerKind::spatial_transformer || last.branches.size() != 1 || last.branches[0].empty())
    return nullptr;
  auto& map = last.branches[0].back();
  return map.kind == LayerKind::linear ? &map : nullptr;
}

LayerSpec added_to_image(std::vector<LayerSpec> change) {
  LayerSpec sum;
  sum.kind = LayerKind::add;
  sum.name = "image";
  sum.branches = {{}, std::move(change)};
  return sum;
}

}  // namespace

bool can_stand_in_front(const NetworkSpec& front) {
  auto layers = joined(front);
  return start_of(layers) != nullptr;
}

NetworkSpec with_front(const NetworkSpec& front, const NetworkSpec& network, std::int32_t channels) {
  auto layers = joined(front);
  fill_outputs(layers, channels);
  LayerSpec* start = start_of(layers);
  ESPALIER_EXPECT(start != nullptr);
  start->init = Init::gaussian;
  start->init_std = start->init_bias = 0;
  if (layers.back().kind == LayerKind::convolution) layers = {added_to_image(std::move(layers))};
  NetworkSpec all;
  all.units.push_back({"front", std::move(layers)});
  all.units.insert(all.units.end(), network.units.begin(), network.units.end());
  return all;
}

}  // namespace espalier::network
