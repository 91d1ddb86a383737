#pragma once
// Networks by name (shared/papers and torchvision, Caffe as cited in the sources) and what they cost.
#include <optional>
#include <string>
#include <vector>

#include "espalier/network/layer.hpp"

namespace espalier::network {

struct NamedOptions {
  double width = 1;  ///< multiplies the outputs of all layers but the classifier
};

/// "alexnet", "caffenet", "resnet18", "cifar7", "mnist4".
std::vector<std::string> names();
/// Nothing if the name is unknown.
std::optional<NetworkSpec> named(const std::string& name, const NamedOptions& options = {});

/// One tensor of a unit. Names are "<layer name>.weight" and so on, prefixed by branch "<layer>.<branch index>.".
struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  bool is_buffer = false;  ///< running statistics: saved and copied, never trained
  std::int64_t elements() const;
};

/// Per unit: output shape, parameters, forward multiply-adds an image, dropouts.
struct UnitCost {
  Shape input, output;
  std::vector<ParameterSpec> parameters;
  std::int64_t multiply_adds = 0;
  bool has_dropout = false;
  bool has_batch_norm = false;
};

/// Infers shapes through the network. Throws UsageError naming the unit and layer where the input does not fit
/// (an empty activation, branches of different shapes, groups that do not divide channels).
std::vector<UnitCost> infer(const NetworkSpec& network, const Shape& input, std::int32_t classes);

/// Trained parameters (buffers left out) of all units.
std::int64_t parameter_count(const std::vector<UnitCost>& costs);

}  // namespace espalier::network
