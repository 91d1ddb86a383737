// Merges training values from defaults, [train], the source or target and the run's axes; converts durations to steps.
#include "plan/train_settings.hpp"

#include "espalier/study/train_table.hpp"
#include "espalier/study/train_values.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

constexpr const char* kAugment = "augment";

/// A name stands for a whole table, as in [train]: single values that other axes set come over it.
void set_augment(const study::Study& study, study::TrainValues& values, const study::Value& name) {
  values.augment = study::augment_named(study, to_string(name));
  if (values.augment) return;
  throw CompileError{
      {"there is no augmentation '" + to_string(name) + "'", "", "Define [augment." + to_string(name) + "]."}};
}

void apply(study::TrainValues& values, const Override& override) {
  if (const auto problem = study::set_train_value(values, override.first, override.second)) {
    throw CompileError{*problem};
  }
}

}  // namespace

const study::TrainValues& own_values(const study::Study& study, Role role, const std::string& name) {
  static const study::TrainValues kNone;
  if (role == Role::source) {
    for (const auto& source : study.sources) {
      if (source.name == name) return source.train;
    }
  } else {
    for (const auto& target : study.targets) {
      if (target.name == name) return target.train;
    }
  }
  return kNone;
}

const study::TrainValues& TrainSettings::of(Role role, const std::string& name,
                                            const std::vector<Override>& overrides) {
  std::string key = (role == Role::source ? "source\n" : "target\n") + name;
  for (const auto& [what, value] : overrides) key += '\n' + what + '=' + to_string(value);
  const auto known = made_.find(key);
  if (known != made_.end()) return known->second;
  auto values = merged(merged(study::train_defaults(), study_.train), own_values(study_, role, name));
  for (const auto& [what, value] : overrides) {
    if (what == kAugment) set_augment(study_, values, value);
  }
  for (const auto& override : overrides) {
    if (override.first != kAugment) apply(values, override);
  }
  study::settle(values, !study_.train.rates.empty() || !own_values(study_, role, name).rates.empty());
  return made_.emplace(key, std::move(values)).first->second;
}

const study::TrainValues& TrainSettings::of_cnn(const study::Experiment& experiment) {
  const std::string key = "cnn\n" + experiment.name;
  const auto known = made_.find(key);
  if (known != made_.end()) return known->second;
  auto values = merged(merged(study::train_defaults(), study_.train), experiment.cnn->train);
  values.stop = experiment.cnn->train.stop;  // that of [train] reads images of targets
  study::settle(values, !study_.train.rates.empty() || !experiment.cnn->train.rates.empty());
  return made_.emplace(key, std::move(values)).first->second;
}

std::int64_t steps_per_epoch(std::int64_t images, std::int64_t batch) { return (images + batch - 1) / batch; }

std::int64_t steps_of(const study::Duration& duration, std::int64_t per_epoch, std::int64_t whole) {
  switch (duration.unit) {
    case study::Duration::Unit::epochs: break;
    case study::Duration::Unit::steps: return duration.count;
    case study::Duration::Unit::percent: return whole * duration.count / 100;
  }
  return duration.count * per_epoch;
}

task::Moment moment_of(std::int64_t steps, std::int64_t per_epoch) {
  return {static_cast<std::int32_t>(steps / per_epoch), static_cast<std::int32_t>(steps % per_epoch)};
}

}  // namespace espalier::plan
