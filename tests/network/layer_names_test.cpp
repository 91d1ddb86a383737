#include "espalier/network/layer_names.hpp"

#include <catch2/catch.hpp>

using namespace espalier::network;
using Catch::Matchers::Contains;

TEST_CASE("layer names: every kind and initialisation is parsed from its name, others are refused with the list") {
  for (const auto& name : kind_names()) CHECK(name_of(parse_kind(name)) == name);
  for (const auto& name : init_names()) CHECK(name_of(parse_init(name)) == name);
  CHECK_THROWS_WITH(parse_kind("conv"), Contains("'conv'") && Contains("convolution, linear"));
}
