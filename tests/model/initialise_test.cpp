#include "model/initialise.hpp"

#include <cmath>

#include "support/catch_after_torch.hpp"

using namespace espalier;
using network::Init;
using network::ParameterRole;
using network::ParameterSpec;

namespace {

ParameterSpec weight(Init init) {
  ParameterSpec spec;
  spec.shape = {400, 50, 3, 3};
  spec.init = init;
  spec.init_std = 0.02;
  spec.init_bias = 0.5;
  spec.fan_in = 450;
  spec.fan_out = 3600;
  return spec;
}

double deviation(Init init) { return model::draw_parameter(weight(init), 3).std().item<double>(); }

}  // namespace

TEST_CASE("initialise: deviations are those of each rule") {
  CHECK(deviation(Init::he_normal_fan_in) == Approx(std::sqrt(2.0 / 450)).epsilon(0.01));
  CHECK(deviation(Init::he_normal_fan_out) == Approx(std::sqrt(2.0 / 3600)).epsilon(0.01));
  CHECK(deviation(Init::gaussian) == Approx(0.02).epsilon(0.01));
  CHECK(deviation(Init::torch_default) == Approx(1 / std::sqrt(450.0) / std::sqrt(3.0)).epsilon(0.01));
}

TEST_CASE("initialise: normal draws have a normal's mean and tails") {
  const auto z = model::draw_parameter(weight(Init::gaussian), 5) / 0.02;
  const auto share = [&](double limit) { return (z.abs() > limit).to(at::kDouble).mean().item<double>(); };

  CHECK(z.mean().item<double>() == Approx(0).margin(0.01));
  CHECK(share(1) == Approx(0.3173).epsilon(0.02));
  CHECK(share(2) == Approx(0.0455).epsilon(0.05));
  CHECK(share(3) == Approx(0.0027).epsilon(0.2));
}

TEST_CASE("initialise: biases and batch norm start at their constants") {
  auto bias = weight(Init::gaussian);
  bias.role = ParameterRole::bias;
  bias.shape = {4};
  auto variance = weight(Init::ones_zeros);
  variance.layer = network::LayerKind::batch_norm;
  variance.role = ParameterRole::running_var;
  variance.shape = {4};

  CHECK(at::equal(model::draw_parameter(bias, 1), at::full({4}, 0.5)));
  bias.init = Init::he_normal_fan_in;
  CHECK(at::equal(model::draw_parameter(bias, 1), at::zeros({4})));
  CHECK(at::equal(model::draw_parameter(variance, 1), at::ones({4})));
}

TEST_CASE("initialise: a seed's first values never change") {
  auto spec = weight(Init::gaussian);
  spec.shape = {3};
  spec.init_std = 1;

  const auto drawn = model::draw_parameter(spec, 42);

  CHECK(drawn[0].item<float>() == Approx(0.492951f));
  CHECK(drawn[1].item<float>() == Approx(-0.694006f));
}
