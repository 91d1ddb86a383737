// Merges training values layer over layer; holds the language's default training values.
#include "espalier/study/train_values.hpp"

namespace espalier::study {
namespace {

template <class T>
void take(std::optional<T>& into, const std::optional<T>& over) {
  if (over) into = over;
}

RateGroup common_group(const std::string& units, double start) {
  RateGroup group;
  group.units = units;
  group.start = start;
  group.factor = 0.1;
  group.first = Duration{Duration::Unit::epochs, 30};
  group.every = Duration{Duration::Unit::epochs, 30};
  return group;
}

}  // namespace

TrainValues merged(const TrainValues& base, const TrainValues& over) {
  TrainValues all = base;
  take(all.batch, over.batch);
  take(all.epochs, over.epochs);
  take(all.optimiser, over.optimiser);
  take(all.momentum, over.momentum);
  take(all.weight_decay, over.weight_decay);
  take(all.augment, over.augment);
  take(all.frozen_dropout, over.frozen_dropout);
  take(all.precision, over.precision);
  take(all.evaluate_every, over.evaluate_every);
  take(all.fit, over.fit);
  take(all.warn_below, over.warn_below);
  if (!over.rates.empty()) all.rates = over.rates;
  if (!over.keep.empty()) all.keep = over.keep;
  return all;
}

TrainValues train_defaults() {
  TrainValues values;
  values.batch = 64;
  values.epochs = Duration{Duration::Unit::epochs, 60};
  values.optimiser = "sgd";
  values.momentum = 0.9;
  values.weight_decay = 0;
  values.augment = task::AugmentSpec{};
  values.frozen_dropout = "off";
  values.precision = "fp32";
  values.evaluate_every = 1;
  values.fit = false;
  values.rates = {common_group("top", 0.01), common_group("rest", 0.001)};
  values.keep = "none";
  return values;
}

}  // namespace espalier::study
