#include "espalier/task/sharing.hpp"

#include <functional>

#include "espalier/frame/canonical.hpp"

namespace espalier::task {

namespace {

/// Never 0.
std::uint64_t hash_of(const std::string& key) { return std::hash<std::string>{}(key) | 1; }

TrainSpec without_rates(TrainSpec spec) {
  for (auto& row : spec.units) row.rates.clear();
  spec.length = {};
  return spec;
}

/// Shapes, optimiser and steps after unit k: what lanes of one batched network have in common.
std::string lanes_key(const Task& task) {
  const TrainSpec& spec = task.train;
  frame::Writer key;
  key & spec.network & spec.input & spec.batch & spec.momentum & spec.weight_decay & spec.subset.per_class &
      task.images & task.form.cached_units & task.form.threads;
  return key.take();
}

}  // namespace

Sharing sharing_of(const Task& task) {
  if (task.kind == TaskKind::noop) return {};
  Sharing sharing;
  const auto& form = task.form;
  sharing.family = hash_of(frame::to_bytes(without_rates(task.train)) + frame::to_bytes(form));
  if (form.cached_units > 0)
    sharing.features = hash_of(prefix_key(task.train, form.cached_units) + task.train.subset.data);
  if (form.fused) sharing.lanes = hash_of(lanes_key(task));
  return sharing;
}

std::string prefix_key(const TrainSpec& spec, std::int32_t units) {
  TrainSpec prefix;
  prefix.numerics_version = spec.numerics_version;
  prefix.network = spec.network;
  prefix.input = spec.input;
  prefix.mean = spec.mean;
  prefix.std = spec.std;
  prefix.precision = spec.precision;
  prefix.augment.centre_crop = spec.augment.centre_crop;
  for (std::int32_t u = 0; u < units; ++u) {
    prefix.units.push_back({spec.units.at(static_cast<std::size_t>(u)).start, Trained::no, {}});
    if (prefix.units.back().start.kind == StartKind::fresh) prefix.init_seed = spec.init_seed;
  }
  if (prefix.units.size() == spec.units.size()) prefix.subset.classes = spec.subset.classes;  // the classifier's width
  return frame::to_bytes(prefix);
}

std::string trunk_id(const TrainSpec& spec, const Timeline& timeline, Moment at) {
  TrainSpec trunk = spec;
  trunk.length = timeline.normalised(at);
  for (auto& row : trunk.units) {
    std::erase_if(row.rates, [&](const RatePoint& point) { return timeline.index(point.from) >= timeline.index(at); });
    for (auto& point : row.rates) point.from = timeline.normalised(point.from);
  }
  return to_hex(frame::canonical_digest(trunk));
}

}  // namespace espalier::task
