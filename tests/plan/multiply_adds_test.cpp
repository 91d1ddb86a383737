// Multiply-adds of training: forward through all units, back to the lowest trained one.
#include "espalier/plan/multiply_adds.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

namespace {

/// Three units of 1, 10 and 100 multiply-adds.
const std::vector<network::UnitCost>& units() {
  static const auto all = [] {
    std::vector<network::UnitCost> made(3);
    for (std::int64_t adds = 1; auto& unit : made) {
      unit.multiply_adds = adds;
      adds *= 10;
    }
    return made;
  }();
  return all;
}

double backward(std::vector<bool> trained) {
  task::TrainSpec spec;
  for (const bool is : trained) spec.units.push_back({{}, is ? task::Trained::all : task::Trained::no, {}});
  return plan::backward_multiply_adds(spec, units());
}

}  // namespace

TEST_CASE("multiply-adds: forward leaves out what is cached, backward what lies below the lowest trained unit") {
  CHECK(plan::forward_multiply_adds(units()) == 111);
  CHECK(plan::forward_multiply_adds(units(), 2) == 100);
  CHECK(backward({true, true, true}) == 1 + 20 + 200);
  CHECK(backward({false, true, false}) == 10 + 100);
  CHECK(backward({true, false, false}) == 1 + 10 + 100);
  CHECK(backward({false, false, true}) == 100);
  CHECK(backward({false, false, false}) == 0);
}
