// Hashes the parts of a task that must be equal to share stages, features or replicas, and names shared states.
#include "espalier/task/sharing.hpp"

#include <functional>

#include "espalier/frame/canonical.hpp"
#include "espalier/frame/hasher.hpp"

namespace espalier::task {

namespace {

constexpr std::string_view kOfOneTraining[] = {"rates", "length", "stop"};

/// Hashes what replicas of one batched network must have in common: shapes, optimiser and steps after unit k.
std::uint64_t replicas_key(const Task& task) {
  const TrainSpec& spec = training(task);
  frame::Hasher key;
  key & spec.network & spec.input & spec.batch & spec.momentum & spec.weight_decay & spec.images.sample.count &
      task.images & task.form;
  return key.value();
}

/// 0 where nothing is cached.
std::uint64_t features_key(const NumericForm& form, const TrainSpec& spec, const std::string& data) {
  if (form.cached_units == 0) return 0;
  return std::hash<std::string>{}(prefix_key(spec, form.cached_units) + data) | 1;
}

}  // namespace

std::uint64_t family_key(const TrainSpec& spec, const NumericForm& form) {
  frame::Hasher key(kOfOneTraining);
  key & spec & form;
  return key.value() | 1;  // never 0
}

Sharing sharing_of(const Task& task) {
  Sharing sharing;
  if (const auto* probe = probe_of(task)) {
    sharing.features = features_key(task.form, untrained(*probe), task.measured_data);
    return sharing;
  }
  const auto& form = task.form;
  sharing.family = family_key(training(task), form);
  sharing.features = features_key(form, training(task), training(task).images.data);
  if (form.batched) sharing.replicas = replicas_key(task) | 1;
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
  if (prefix.units.size() == spec.units.size()) prefix.images.labels = spec.images.labels;  // the classifier's width
  return frame::to_bytes(prefix);
}

std::string prefix_state_id(const TrainSpec& spec, const Timeline& timeline, Moment at) {
  TrainSpec prefix = spec;
  prefix.length = timeline.normalised(at);
  prefix.stop = {};
  for (auto& row : prefix.units) {
    std::erase_if(row.rates, [&](const RatePoint& point) { return timeline.index(point.from) >= timeline.index(at); });
    for (auto& point : row.rates) point.from = timeline.normalised(point.from);
  }
  return to_hex(frame::canonical_digest(prefix));
}

}  // namespace espalier::task
