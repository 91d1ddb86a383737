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
