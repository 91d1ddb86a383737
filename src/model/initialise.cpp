// Draws weights and biases by He, Gaussian, uniform or constant rules from a seed.
#include "initialise.hpp"

#include <cmath>

#include "espalier/core/seed.hpp"
#include "espalier/network/layers.hpp"

namespace espalier::model {
namespace {

using network::Init;
using network::ParameterRole;
using network::ParameterSpec;

/// Marsaglia's polar method in double, so that the float results do not depend on a library's generator.
at::Tensor normal(const ParameterSpec& parameter, double std, std::uint64_t seed) {
  at::Tensor values = at::empty(parameter.shape, at::kFloat);
  float* out = values.data_ptr<float>();
  SplitMix64 random(seed);
  const std::int64_t count = values.numel();
  for (std::int64_t i = 0; i < count;) {
    const double x = 2 * random.uniform() - 1, y = 2 * random.uniform() - 1;
    const double square = x * x + y * y;
    if (square >= 1 || square == 0) continue;
    const double factor = std * std::sqrt(-2 * std::log(square) / square);
    out[i++] = static_cast<float>(x * factor);
    if (i < count) out[i++] = static_cast<float>(y * factor);
  }
  return values;
}

at::Tensor uniform(const ParameterSpec& parameter, double bound, std::uint64_t seed) {
  at::Tensor values = at::empty(parameter.shape, at::kFloat);
  float* out = values.data_ptr<float>();
  SplitMix64 random(seed);
  for (std::int64_t i = 0; i < values.numel(); ++i) out[i] = static_cast<float>((2 * random.uniform() - 1) * bound);
  return values;
}

at::Tensor constant(const ParameterSpec& parameter, double value) {
  return at::full(parameter.shape, value, at::kFloat);
}

at::Tensor draw_weight(const ParameterSpec& parameter, std::uint64_t seed) {
  switch (parameter.init) {
    case Init::he_normal_fan_in: return normal(parameter, std::sqrt(2.0 / static_cast<double>(parameter.fan_in)), seed);
    case Init::he_normal_fan_out:
      return normal(parameter, std::sqrt(2.0 / static_cast<double>(parameter.fan_out)), seed);
    case Init::gaussian: return normal(parameter, parameter.init_std, seed);
    case Init::ones_zeros: return constant(parameter, 1);
    default: return uniform(parameter, 1 / std::sqrt(static_cast<double>(parameter.fan_in)), seed);
  }
}

at::Tensor draw_bias(const ParameterSpec& parameter, std::uint64_t seed) {
  switch (parameter.init) {
    case Init::torch_default: return uniform(parameter, 1 / std::sqrt(static_cast<double>(parameter.fan_in)), seed);
    case Init::gaussian: return constant(parameter, parameter.init_bias);
    default: return constant(parameter, 0);
  }
}

}  // namespace

at::Tensor draw_parameter(const ParameterSpec& parameter, std::uint64_t seed) {
  if (network::row_of(parameter.layer).holds == network::LayerHolds::norm) {
    const bool one = parameter.role == ParameterRole::weight || parameter.role == ParameterRole::running_var;
    return constant(parameter, one ? 1 : 0);
  }
  return parameter.role == ParameterRole::weight ? draw_weight(parameter, seed) : draw_bias(parameter, seed);
}

}  // namespace espalier::model
