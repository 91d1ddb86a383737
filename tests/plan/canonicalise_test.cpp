// What cannot change a training's result leaves its spec, and nothing else does.
#include "plan/canonicalise.hpp"

#include <catch2/catch.hpp>

using namespace espalier;
using namespace espalier::plan;

namespace {

/// Two units that are trained from fresh values, all of whose seeds and values are set.
task::TrainSpec full() {
  task::TrainSpec spec;
  spec.units.assign(2, {{}, task::Trained::all, {{{}, 0.1F}}});
  spec.momentum = 0.9F;
  spec.init_seed = 1;
  spec.order_seed = 2;
  spec.mask_seed = 3;
  spec.augment_seed = 4;
  spec.augment.flip = true;
  spec.frozen_dropout = task::FrozenDropout::on;
  return spec;
}

task::TrainSpec canonical(task::TrainSpec spec, bool dropout) {
  std::vector<network::UnitCost> units(2);
  units[0].has_dropout = dropout;
  canonicalise(spec, units);
  return spec;
}

}  // namespace

TEST_CASE("canonicalise: seeds of streams that nothing draws from go, the order's seed never does") {
  auto spec = full();
  CHECK(canonical(spec, true).mask_seed == 3);
  CHECK(canonical(spec, false).mask_seed == 0);
  CHECK(canonical(spec, true).augment_seed == 4);
  spec.augment.flip = false;
  CHECK(canonical(spec, true).augment_seed == 0);
  CHECK(canonical(spec, true).init_seed == 1);
  for (auto& row : spec.units) row.start.kind = task::StartKind::task;
  CHECK(canonical(spec, true).init_seed == 0);
  CHECK(canonical(spec, true).order_seed == 2);
}

TEST_CASE("canonicalise: frozen units have no rates; their dropout counts where it is live") {
  auto spec = full();
  CHECK(canonical(spec, true).units[0].rates.size() == 1);
  CHECK((canonical(spec, true).frozen_dropout == task::FrozenDropout::off));  // none is frozen
  spec.units[0].trained = task::Trained::no;
  CHECK(canonical(spec, true).units[0].rates.empty());
  CHECK((canonical(spec, true).frozen_dropout == task::FrozenDropout::on));
  CHECK(canonical(spec, true).mask_seed == 3);
  spec.frozen_dropout = task::FrozenDropout::off;
  CHECK(canonical(spec, true).mask_seed == 0);
}

TEST_CASE("canonicalise: momentum is SGD's") {
  auto spec = full();
  CHECK(canonical(spec, false).momentum == 0.9F);
  spec.optimiser = task::OptimiserKind::adam;
  CHECK(canonical(spec, false).momentum == 0);
}

TEST_CASE("canonicalise: tasks that move or crop images carry the version of how they do it, and no others") {
  auto spec = full();
  spec.augment = {.flip = true, .shifted_crop = 4, .rotation_degrees = 10};
  CHECK(canonical(spec, false).augment.placement_version == 0);
  spec.augment.translation = 0.1;
  CHECK(canonical(spec, false).augment.placement_version == task::kPlacementVersion);
  spec.augment = {.centre_crop = 24};
  CHECK(canonical(spec, false).augment.placement_version == task::kPlacementVersion);
}
