// The networks by name: their parameters, depths and widths.
#include "espalier/network/networks.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"

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
  CHECK(parameters("resnet50", {3, 224, 224}, 1000) == 25'557'032);
}

TEST_CASE(
    "named: inception_v2 has the tensors that slim's test counts below the classifier, and batch norm's weights") {
  const auto costs = infer(*named("inception_v2"), {3, 224, 224}, 1000);
  std::int64_t norm_weights = 0, others = 0, top = 0;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (const auto& tensor : costs[i].parameters) {
      const bool is_norm_weight = tensor.layer == LayerKind::batch_norm && tensor.role == ParameterRole::weight;
      (i + 1 == costs.size() ? top : is_norm_weight ? norm_weights : others) += tensor.elements();
    }
  }

  CHECK(others == 10'173'112);  // inception_v2_test.py, testModelHasExpectedNumberOfParameters
  CHECK(norm_weights == 9'888);
  CHECK(top == 1'025'000);
  CHECK(parameter_count(costs) == 11'188'224);
}

TEST_CASE("named: inception_v2 has the shapes that slim's test lists, at 224 and at 112 pixels") {
  const Shape expected[] = {{64, 56, 56},  {192, 28, 28}, {256, 28, 28}, {320, 28, 28}, {576, 14, 14},
                            {576, 14, 14}, {576, 14, 14}, {576, 14, 14}, {576, 14, 14}, {1024, 7, 7},
                            {1024, 7, 7},  {1024, 7, 7},  {1000, 1, 1}};
  const auto costs = infer(*named("inception_v2"), {3, 224, 224}, 1000);

  REQUIRE(costs.size() == std::size(expected));
  for (std::size_t i = 0; i < costs.size(); ++i) CHECK(costs[i].output == expected[i]);
  CHECK(infer(*named("inception_v2"), {3, 112, 112}, 1000)[11].output == Shape{1024, 4, 4});
}

TEST_CASE("named: inception_v2 keeps at least 16 channels and rounds down") {
  const auto narrow = infer(*named("inception_v2", {0.1}), {3, 224, 224}, 10);

  CHECK(narrow[0].output.channels == 16);
  CHECK(narrow[1].output.channels == 19);
  CHECK(narrow[12].output.channels == 10);
}

TEST_CASE("named: the small networks have the parameters their tables give") {
  const std::int64_t convs =
      (3 * 9 + 1) * 32 + (32 * 9 + 1) * 64 + (64 * 9 + 1) * 96 + (96 * 9 + 1) * 64 + (64 * 9 + 1) * 64;
  CHECK(parameters("cifar7", {3, 32, 32}, 100) == convs + (64 * 16 + 1) * 256 + 257 * 100);
  CHECK(parameters("mnist4", {1, 28, 28}, 10) == 26 * 32 + (32 * 25 + 1) * 64 + (64 * 49 + 1) * 256 + 257 * 10);
}

TEST_CASE("named: units are counted as the protocols count them") {
  const std::pair<const char*, int> depths[] = {{"alexnet", 8},   {"caffenet", 8},      {"resnet18", 10},
                                                {"resnet50", 18}, {"inception_v2", 13}, {"cifar7", 7},
                                                {"mnist4", 4}};
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
