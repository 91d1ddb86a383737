// Joins the layers of a front network into one residual unit before another network's.
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

}  // namespace

bool can_stand_in_front(const NetworkSpec& front) {
  const auto layers = joined(front);
  return !layers.empty() && layers.back().kind == LayerKind::convolution;
}

NetworkSpec with_front(const NetworkSpec& front, const NetworkSpec& network, std::int32_t channels) {
  ESPALIER_EXPECT(can_stand_in_front(front));
  auto change = joined(front);
  fill_outputs(change, channels);
    change.back().init = Init::gaussian;
  change.back().init_std = change.back().init_bias = 0;
  LayerSpec sum;
  sum.kind = LayerKind::add;
  sum.name = "image";
  sum.branches = {{}, std::move(change)};
  NetworkSpec all;
  all.units.push_back({"front", {sum}});
  all.units.insert(all.units.end(), network.units.begin(), network.units.end());
  return all;
}

}  // namespace espalier::network
