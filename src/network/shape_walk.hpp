#pragma once
// Follows an activation's shape through one unit's layers and records parameters and multiply-adds.
#include <set>
#include <string>
#include <vector>

#include "espalier/network/networks.hpp"

namespace espalier::network {

/// "3x224x224"
std::string text_of(const Shape& shape);

class ShapeWalk {
 public:
  /// `classes` is the number of outputs of a layer that gives none; 0 where every layer must give them. `cost` receives
  /// parameters, multiply-adds and flags.
  ShapeWalk(std::string unit, std::int32_t classes, UnitCost& cost)
      : unit_(std::move(unit)), classes_(classes), cost_(cost) {}

  /// Output of `layers` on `input`. Parameter names start with `prefix`. Throws UsageError naming unit and layer.
  Shape sequence(const std::vector<LayerSpec>& layers, const Shape& input, const std::string& prefix);

  // What the rows of layers() use.
  UnitCost& cost() { return cost_; }
  std::int32_t outputs_of(const LayerSpec& layer) const;
  /// `prefix` and the layer's name, which must be its own in the unit.
  std::string claim_name(const LayerSpec& layer, const std::string& prefix);
  void add_weight_and_bias(const LayerSpec& layer, const std::string& name, std::vector<std::int64_t> weight_shape);
  void add_norm(const LayerSpec& layer, const std::string& name, std::int64_t channels);
  [[noreturn]] void fail(const LayerSpec& layer, const Problem& problem) const;

 private:
  Shape layer(const LayerSpec& layer, const Shape& input, const std::string& prefix);

  std::string unit_;
  std::int32_t classes_;
  UnitCost& cost_;
  std::set<std::string> names_;
};

}  // namespace espalier::network
