// Infers shapes, parameters and costs of every unit, and refuses networks that do not fit input or classes.
#include <numeric>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"
#include "shape_walk.hpp"

namespace espalier::network {
namespace {

UnitCost infer_unit(const UnitSpec& unit, const Shape& input, std::int32_t classes) {
  if (unit.layers.empty()) {
    throw UsageError("unit '" + unit.name + "' has no layers", "a unit is a sequence of layers",
                     "Give it one or leave it out.");
  }
  UnitCost cost;
  cost.input = input;
  ShapeWalk walk(unit.name, classes, cost);
  cost.output = walk.sequence(unit.layers, input, "");
  return cost;
}

void check_unit_names(const NetworkSpec& network) {
  if (network.units.empty()) {
    throw UsageError("the network has no units", "there is nothing to train", "List at least one unit.");
  }
  for (std::size_t i = 0; i < network.units.size(); ++i) {
    const auto& name = network.units[i].name;
    if (name.empty()) {
      throw UsageError("unit " + std::to_string(i + 1) + " has no name", "its tensors are named after it", "Name it.");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (network.units[j].name != name) continue;
      throw UsageError("two units are named '" + name + "'", "tensors are named after their unit", "Rename one.");
    }
  }
}

void check_output(const NetworkSpec& network, const Shape& output, std::int32_t classes) {
  if (output.elements() == classes) return;
  throw UsageError(
      "unit '" + network.units.back().name + "' gives " + std::to_string(output.elements()) + " values an image",
      "there are " + std::to_string(classes) + " classes",
      "Set outputs = 0 in the classifier and pool what it gives to one value a class.");
}

}  // namespace

std::int64_t ParameterSpec::elements() const {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<UnitCost> infer(const NetworkSpec& network, const Shape& input, std::int32_t classes) {
  check_unit_names(network);
  if (input.channels < 1 || input.height < 1 || input.width < 1 || classes < 1) {
    throw UsageError("input " + text_of(input) + " with " + std::to_string(classes) + " classes cannot be",
                     "an image has at least one channel and pixel, a data set one class", "Check the data.");
  }
  std::vector<UnitCost> costs;
  Shape shape = input;
  for (const auto& unit : network.units) {
    costs.push_back(infer_unit(unit, shape, &unit == &network.units.back() ? classes : 0));
    shape = costs.back().output;
  }
  check_output(network, shape, classes);
  return costs;
}

std::int64_t parameter_count(const std::vector<UnitCost>& costs) {
  std::int64_t count = 0;
  for (const auto& cost : costs) {
    for (const auto& parameter : cost.parameters) count += parameter.is_buffer ? 0 : parameter.elements();
  }
  return count;
}

}  // namespace espalier::network
