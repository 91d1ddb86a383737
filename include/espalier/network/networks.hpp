#pragma once
// Networks by name, and the shapes, parameters and multiply-adds of any network (sources are cited in the .cpp files).
#include <optional>
#include <string>
#include <vector>

#include "espalier/network/layer.hpp"

namespace espalier::network {

struct NamedOptions {
  double width = 1;  ///< multiplies the outputs of all layers but the classifier
};

/// "alexnet", "resnet50", "mnist4" and so on, by the alphabet.
std::vector<std::string> names();
/// The network of that name; none if the name is unknown.
std::optional<NetworkSpec> named(const std::string& name, const NamedOptions& options = {});

enum class ParameterRole : std::uint8_t { weight, bias, running_mean, running_var };

/// One tensor of a unit. Names are "<layer name>.weight" and so on, prefixed by branch "<layer>.<branch index>.".
/// Order within a layer: weight, bias, running_mean, running_var; layers in order, branches one after the other.
struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  bool is_buffer = false;  ///< running statistics: saved and copied, never trained
  ParameterRole role = ParameterRole::weight;
  LayerKind layer = LayerKind::convolution;
  Init init = Init::none;  ///< of its layer
  double init_std = 0, init_bias = 0;
  std::int64_t fan_in = 0, fan_out = 0;  ///< of its layer, counted as PyTorch does
  std::int64_t elements() const;
};

/// Per unit: shapes, parameters, forward multiply-adds per image, and which kinds of layers it has.
struct UnitCost {
  Shape input, output;
  std::vector<ParameterSpec> parameters;
  std::int64_t multiply_adds = 0;  ///< of convolutions and linear layers
  bool has_dropout = false;
  bool has_batch_norm = false;
};

/// Infers shapes through the network. A layer without `init` is drawn as torch_default (batch norm: ones_zeros). Throws
/// UsageError naming the unit and layer where the input does not fit (an empty activation, branches of different
/// shapes, groups that do not divide channels).
std::vector<UnitCost> infer(const NetworkSpec& network, const Shape& input, std::int32_t classes);

/// Trained parameters (buffers left out) of all units.
std::int64_t parameter_count(const std::vector<UnitCost>& costs);

}  // namespace espalier::network
