#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "espalier/network/networks.hpp"

using namespace espalier;
using namespace espalier::network;

namespace {

std::int64_t parameters(const std::string& name, const Shape& input, std::int32_t classes, double width = 1) {
  return parameter_count(infer(*named(name, {width}), input, classes));
}

}  // namespace

TEST_CASE("named: networks have the parameter counts of their sources") {
  CHECK(parameters("alexnet", {3, 224, 224}, 1000) == 61'100'840);
  CHECK(parameters("caffenet", {3, 227, 227}, 1000) == 60'965'224);
  CHECK(parameters("resnet18", {3, 224, 224}, 1000) == 11'689'512);
}

TEST_CASE("named: the small networks have the parameters their tables give") {
  const std::int64_t convs =
      (3 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 96 + (96 * 9 + 1) * 64 + (64 * 9 + 1) * 64;
  CHECK(parameters("cifar7", {3, 32, 32}, 100) == convs + (64 * 16 + 1) * 256 + 257 * 100);
  CHECK(parameters("mnist4", {1, 28, 28}, 10) == 26 * 32 + (32 * 25 + 1) * 64 + (64 * 49 + 1) * 256 + 257 * 10);
}

TEST_CASE("named: units are counted as the protocols count them") {
  const std::pair<const char*, int> depths[] = {
      {"alexnet", 8}, {"caffenet", 8}, {"resnet18", 10}, {"cifar7", 7}, {"mnist4", 4}};
  for (const auto& [name, depth] : depths) CHECK(named(name)->depth() == depth);
  CHECK(names().size() == std::size(depths));
}

TEST_CASE("named: width multiplies every layer but the classifier") {
  const auto wide = infer(*named("cifar7", {2}), {3, 32, 32}, 100);

  CHECK(wide[0].output.channels == 64);
  CHECK(wide[5].output.channels == 512);
  CHECK(wide[6].output.channels == 100);
  CHECK_THROWS_AS(named("cifar7", {0}), UsageError);
}

TEST_CASE("named: an unknown name is nothing") { CHECK_FALSE(named("vgg").has_value()); }

TEST_CASE("infer: AlexNet's activations and multiply-adds are those of torchvision at 224 pixels") {
  const auto costs = infer(*named("alexnet"), {3, 224, 224}, 1000);

  CHECK(costs[0].output == Shape{64, 27, 27});
  CHECK(costs[4].output == Shape{256, 6, 6});
  CHECK(costs[0].multiply_adds == std::int64_t{64} * 55 * 55 * 3 * 121);
  std::int64_t all = 0;
  for (const auto& cost : costs) all += cost.multiply_adds;
  CHECK(all == 714'188'480);
}

TEST_CASE("infer: CaffeNet's pooling rounds up and its dropouts are on units 6 and 7") {
  const auto costs = infer(*named("caffenet"), {3, 227, 227}, 1000);

  CHECK(costs[0].output == Shape{96, 27, 27});
  CHECK(costs[4].output == Shape{256, 6, 6});
  for (int unit = 1; unit <= 8; ++unit) CHECK(costs[unit - 1].has_dropout == (unit == 6 || unit == 7));
}

TEST_CASE("infer: a residual block names the tensors of both branches") {
  const auto costs = infer(*named("resnet18"), {3, 64, 64}, 10);

  std::vector<std::string> names;
  for (const auto& parameter : costs[3].parameters) {
    if (parameter.role == ParameterRole::weight) names.push_back(parameter.name);
  }
  CHECK(names == std::vector<std::string>{"block.0.conv1.weight", "block.0.bn1.weight", "block.0.conv2.weight",
                                          "block.0.bn2.weight", "block.1.0.weight", "block.1.1.weight"});
  CHECK(costs[3].has_batch_norm);
}
