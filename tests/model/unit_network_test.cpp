#include "espalier/model/unit_network.hpp"

#include <c10/core/GradMode.h>

#include "espalier/core/errors.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;
using model::StepKey;
using model::UnitNetwork;
using task::Trained;

namespace {

UnitNetwork drawn(const std::string& name, const network::Shape& input, std::uint64_t seed, double width = 0.25) {
  UnitNetwork net(*network::named(name, {width}), input, 5);
  for (std::int32_t u = 1; u <= net.depth(); ++u) net.reinitialise(u, seed);
  return net;
}

UnitNetwork small(std::uint64_t seed = 1) { return drawn("cifar7", {3, 16, 16}, seed); }

at::Tensor images(std::int64_t count, const network::Shape& shape = {3, 16, 16}) {
  return at::sin(at::arange(count * shape.elements(), at::kFloat))
      .view({count, shape.channels, shape.height, shape.width});
}

data::TensorFile saved(const UnitNetwork& net) { return {net.state(), {}}; }

bool equal_unit(UnitNetwork& a, UnitNetwork& b, std::int32_t unit) {
  for (std::size_t i = 0; i < a.tensors(unit).size(); ++i) {
    if (!at::equal(a.tensors(unit)[i].value, b.tensors(unit)[i].value)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("UnitNetwork: initial values depend on seed and unit only") {
  auto whole = small(7), other = small(8), alone = small(9);

  alone.reinitialise(3, 7);

  CHECK(equal_unit(whole, alone, 3));
  CHECK_FALSE(equal_unit(whole, alone, 2));
  CHECK_FALSE(equal_unit(whole, other, 3));
}

TEST_CASE("UnitNetwork: a wider classifier leaves the other units' initial values as they are") {
  auto five = small(7);
  UnitNetwork nine(*network::named("cifar7", {0.25}), {3, 16, 16}, 9);
  for (std::int32_t u = 1; u <= 7; ++u) nine.reinitialise(u, 7);

  for (std::int32_t u = 1; u <= 6; ++u) CHECK(equal_unit(five, nine, u));
}

TEST_CASE("UnitNetwork: a copied unit gives the source's outputs, and shapes and names are checked") {
  auto source = small(1), target = small(2);

  for (std::int32_t u = 1; u <= 4; ++u) target.copy(u, saved(source));

  CHECK(at::equal(source.features(images(2), 4), target.features(images(2), 4)));
  CHECK_FALSE(at::equal(source.features(images(2), 5), target.features(images(2), 5)));
  auto narrow = drawn("cifar7", {3, 16, 16}, 1, 0.5);
  CHECK_THROWS_WITH(narrow.copy(2, saved(source)),
                    Catch::Contains("conv2.conv.weight") && Catch::Contains("[16, 8, 3, 3]"));
  auto resnet = drawn("resnet18", {3, 32, 32}, 1);
  CHECK_THROWS_AS(resnet.copy(2, saved(source)), UsageError);
}

TEST_CASE("UnitNetwork: frozen units get no gradient, tuned ones above and below do") {
  auto net = small();
  net.freeze(1);
  net.freeze(4);

  net.train_forward(images(4), {}).sum().backward();

  for (std::int32_t u = 1; u <= 7; ++u) {
    for (const auto& tensor : net.tensors(u)) CHECK(tensor.value.grad().defined() == !(u == 1 || u == 4));
  }
}

TEST_CASE("UnitNetwork: a strided 1x1 convolution of few channels has the gradient of its definition") {
  // oneDNN's own weight gradient of these shapes crashes or is wrong, depending on the CPU
  // (src/model/unit_forward.cpp).
  for (const auto& [channels, side] : {std::pair{4, 8}, {4, 56}, {7, 16}, {8, 56}, {16, 56}, {4, 9}}) {
    network::LayerSpec layer;
    layer.kind = network::LayerKind::convolution;
    layer.name = "conv";
    layer.outputs = 2 * channels;
    layer.kernel_h = layer.kernel_w = 1;
    layer.stride = 2;
    layer.init = network::Init::he_normal_fan_in;
    network::LayerSpec classifier = layer;
    classifier.kind = network::LayerKind::linear;
    classifier.outputs = 0;
    const network::Shape input{channels, side, side};
    UnitNetwork net({{{"point", {layer}}, {"classifier", {classifier}}}}, input, 3);
    for (std::int32_t u = 1; u <= 2; ++u) net.reinitialise(u, 1);
    net.freeze(2);
    const at::Tensor x = images(6, input);

    at::Tensor logits = net.train_forward(x.contiguous(at::MemoryFormat::ChannelsLast), {});
    logits.sum().backward();

    const at::Tensor head = net.tensors(2).front().value.detach().to(at::kDouble).sum(0);  // of the sum of all logits
    const at::Tensor seen = x.to(at::kDouble).slice(2, 0, side, 2).slice(3, 0, side, 2);
    const at::Tensor above = head.view({2 * channels, seen.size(2), seen.size(3)});
    const at::Tensor expected = at::einsum("nchw,ohw->oc", {seen, above});
    const at::Tensor found = net.tensors(1).front().value.grad().to(at::kDouble).view({2 * channels, channels});
    CAPTURE(channels, side);
    CHECK((found - expected).abs().max().item<double>() < 1e-4 * expected.abs().max().item<double>());
  }
}

TEST_CASE("UnitNetwork: with every unit frozen there is no graph") {
  auto net = small();
  for (std::int32_t u = 1; u <= 7; ++u) net.freeze(u);

  CHECK_FALSE(net.train_forward(images(2), {}).requires_grad());
}

TEST_CASE("UnitNetwork: dropout of frozen units is off unless asked for") {
  auto net = small();
  for (std::int32_t u = 1; u <= 7; ++u) net.freeze(u);
  const auto evaluated = net.eval_forward(images(4));

  CHECK(at::equal(net.train_forward(images(4), {5, 0, 0}), evaluated));
  net.set_frozen_dropout(task::FrozenDropout::on);
  CHECK_FALSE(at::equal(net.train_forward(images(4), {5, 0, 0}), evaluated));
}

TEST_CASE("UnitNetwork: masks are those of their key") {
  auto net = small();
  const auto out = [&](const StepKey& key) { return net.train_forward(images(4), key).detach(); };

  const auto reference = out({5, 1, 2});

  CHECK(at::equal(out({5, 1, 2}), reference));
  CHECK_FALSE(at::equal(out({6, 1, 2}), reference));
  CHECK_FALSE(at::equal(out({5, 2, 2}), reference));
  CHECK_FALSE(at::equal(out({5, 1, 3}), reference));
}

TEST_CASE("UnitNetwork: a member of a group draws its rows of the whole batch's masks") {
  auto net = small();
  const auto batch = images(6);

  const auto whole = net.train_forward(batch, {5, 1, 2}).detach();
  const auto part = net.train_forward(batch.slice(0, 2, 5), {5, 1, 2, 2}).detach();

  CHECK(at::allclose(part, whole.slice(0, 2, 5), 1e-5, 1e-6));
}

TEST_CASE("UnitNetwork: frozen batch norm uses running statistics and leaves them as they are") {
  auto net = drawn("resnet18", {3, 32, 32}, 3);
  const auto batch = images(4, {3, 32, 32});
  const auto mean = [&](std::int32_t unit) {
    for (const auto& tensor : net.tensors(unit)) {
      if (tensor.name.ends_with("running_mean")) return tensor.value.clone();
    }
    return at::Tensor();
  };
  for (std::int32_t u = 1; u <= 3; ++u) net.freeze(u);
  const auto frozen_before = mean(2), tuned_before = mean(4);

  net.train_forward(batch, {});

  CHECK(at::equal(mean(2), frozen_before));
  CHECK_FALSE(at::equal(mean(4), tuned_before));
}

TEST_CASE("UnitNetwork: scale and shift train a scale per kernel or output and biases, from the same function") {
  auto net = small();
  const auto before = net.eval_forward(images(3));

  for (std::int32_t u = 1; u <= 7; ++u) net.tune(u, Trained::scale_shift);

  CHECK(at::equal(net.eval_forward(images(3)), before));
  net.train_forward(images(3), {}).sum().backward();
  for (const auto& tensor : net.tensors(2)) {
    CHECK(tensor.value.grad().defined() == (tensor.name != "conv2.conv.weight"));
  }
  const auto shape = [&](std::int32_t unit) { return net.tensors(unit).back().value.sizes().vec(); };
  CHECK(net.tensors(2).back().name == "conv2.conv.scale_change");
  CHECK(shape(2) == std::vector<std::int64_t>{16, 8, 1, 1});
  CHECK(shape(7) == std::vector<std::int64_t>{5, 1});
}

TEST_CASE("UnitNetwork: a scaled unit is restored exactly, and copied as the weights it stands for") {
  auto net = small();
  net.tune(2, Trained::scale_shift);
  {
    c10::NoGradGuard no_grad;
    net.tensors(2).back().value.fill_(2);
  }
  auto restored = small(4), copied = small(5);
  restored.tune(2, Trained::scale_shift);

  restored.restore(saved(net));
  copied.copy(2, saved(net));

  CHECK(equal_unit(net, restored, 2));
  CHECK(at::equal(copied.tensors(2)[0].value, net.tensors(2)[0].value * 3));
}

TEST_CASE("UnitNetwork: scale and shift leave batch norm as it is, and shift layers that have no bias") {
  auto net = drawn("resnet18", {3, 32, 32}, 3);
  const auto batch = images(4, {3, 32, 32});
  for (std::int32_t u = 1; u <= net.depth(); ++u) net.tune(u, Trained::scale_shift);
  const auto before = net.state();

  net.train_forward(batch, {}).square().sum().backward();

  for (auto& tensor : net.tensors(3)) {
    const bool is_norm = tensor.name.find(".bn") != std::string::npos;
    CHECK(tensor.value.grad().defined() == (!is_norm && !tensor.name.ends_with("weight")));
  }
  const auto after = net.state();
  for (std::size_t i = 0; i < after.size(); ++i) CHECK(at::equal(after[i].second, before[i].second));
}

TEST_CASE(
    "UnitNetwork: a copied shift gives what it gave, whatever the copy trains, and can be restored without a copy") {
  auto net = drawn("resnet18", {3, 32, 32}, 3), copied = drawn("resnet18", {3, 32, 32}, 4);
  const auto batch = images(4, {3, 32, 32});
  net.tune(3, Trained::scale_shift);
  {
    c10::NoGradGuard no_grad;
    for (auto& tensor : net.tensors(3)) {
      if (tensor.value.requires_grad()) tensor.value.add_(at::rand(tensor.value.sizes()));
    }
  }
  const auto given = net.eval_forward(batch);

  for (std::int32_t u = 1; u <= net.depth(); ++u) copied.copy(u, saved(net));
  auto restored = drawn("resnet18", {3, 32, 32}, 5);
  restored.restore(saved(copied));

  CHECK(at::equal(copied.eval_forward(batch), given));
  CHECK(at::equal(restored.eval_forward(batch), given));
  const auto is_shift = [](const auto& tensor) { return tensor.name.ends_with(".shift"); };
  CHECK(std::count_if(copied.tensors(3).begin(), copied.tensors(3).end(), is_shift) == 2);
  copied.copy(3, saved(drawn("resnet18", {3, 32, 32}, 6)));
  for (const auto& tensor : copied.tensors(3))
    CHECK((!is_shift(tensor) || tensor.value.abs().sum().item<float>() == 0));
}

TEST_CASE("UnitNetwork: two batch sizes and one channel give the same rows") {
  auto net = drawn("mnist4", {1, 28, 28}, 2);
  const auto batch = images(8, {1, 28, 28});

  const auto whole = net.eval_forward(batch), part = net.eval_forward(batch.slice(0, 0, 3));

  CHECK(whole.sizes() == at::IntArrayRef({8, 5}));
  CHECK(at::allclose(part, whole.slice(0, 0, 3), 1e-5, 1e-6));
}

TEST_CASE("UnitNetwork: state is a copy that training cannot change") {
  auto net = small();
  const auto state = saved(net);

  net.reinitialise(6, 99);

  CHECK_FALSE(at::equal(state.at("fc6.linear.weight"), net.tensors(6)[0].value));
  CHECK(state.at("conv2.conv.weight").is_contiguous());
}
