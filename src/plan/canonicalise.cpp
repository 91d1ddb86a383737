// Clears fields of a training spec that cannot change its result: rates of frozen units, seeds nobody draws from.
#include "plan/canonicalise.hpp"

#include <algorithm>

#include "espalier/study/train_table.hpp"
#include "espalier/task/optimisers.hpp"

namespace espalier::plan {
namespace {

using task::Trained;

bool draws_masks(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  for (std::size_t u = 0; u < units.size(); ++u) {
    const bool live = spec.units[u].trained != Trained::no || spec.frozen_dropout == task::FrozenDropout::on;
    if (units[u].has_dropout && live) return true;
  }
  return false;
}

bool freezes_dropout(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  for (std::size_t u = 0; u < units.size(); ++u) {
    if (units[u].has_dropout && spec.units[u].trained == Trained::no) return true;
  }
  return false;
}

bool draws_augmentation(const task::AugmentSpec& augment) {
  const auto& rows = study::augment_rows();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.draws && row.is_on(augment); });
}

}  // namespace

void canonicalise(task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  for (auto& row : spec.units) {
    if (row.trained == Trained::no) row.rates.clear();
  }
  if (!task::row_of(spec.optimiser).has_momentum) spec.momentum = 0;
  if (!freezes_dropout(spec, units)) spec.frozen_dropout = task::FrozenDropout::off;
  if (!draws_masks(spec, units)) spec.mask_seed = 0;
  if (!draws_augmentation(spec.augment)) spec.augment_seed = 0;
  const bool places = spec.augment.translation > 0 || spec.augment.centre_crop > 0;
  spec.augment.placement_version = places ? task::kPlacementVersion : 0;
  const bool draws_values = std::any_of(spec.units.begin(), spec.units.end(), [](const task::UnitRow& row) {
    return row.start.kind == task::StartKind::fresh;
  });
  if (!draws_values) spec.init_seed = 0;
}

}  // namespace espalier::plan
