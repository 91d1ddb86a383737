// Chooses for each task which frozen units are cached and whether it trains as a replica of a batched network.
#include "plan/cost/forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "espalier/network/layers.hpp"
#include "espalier/study/train_table.hpp"
#include "espalier/task/optimisers.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::plan {
namespace {

/// With more parameters a replica is as fast alone, and replicas would not fit the caches (bench/README.md).
constexpr std::int64_t kMostReplicaParameters = 1 << 20;

std::string random_change(const task::AugmentSpec& augment) {
  for (const auto& row : study::augment_rows()) {
    if (!row.no_cache.empty() && row.is_on(augment)) return row.no_cache;
  }
  return "";
}

/// The number of frozen units, counted from the first.
std::int32_t frozen_units(const task::TrainSpec& spec) {
  const auto live = std::find_if(spec.units.begin(), spec.units.end(),
                                 [](const task::UnitRow& row) { return row.trained != task::Trained::no; });
  return static_cast<std::int32_t>(live - spec.units.begin());
}

/// Number of views (images, mirrored ones apart) whose features one trainer holds for this task.
std::int64_t views_of(const Training& training) {
  return training.images * (training.spec.augment.flip ? 2 : 1) + held_out_images(training);
}

std::int64_t view_bytes_of(const Training& training, std::int32_t units) {
  return 4 * (*training.units)[static_cast<std::size_t>(units - 1)].output.elements();
}

/// "" if the features fit into memory, else by how much not.
std::string why_too_large(const Training& training, std::int32_t units, std::int64_t budget) {
  const std::int64_t bytes = views_of(training) * view_bytes_of(training, units);
  if (bytes <= budget) return "";
  return fmt::format("features of {} units would take {} MB, more than --feature-memory", units, bytes / 1'000'000);
}

/// Whether caching its features makes a training cheaper that nothing is shared with.
bool is_worth(const Training& training, const CostModel& costs, const task::NumericForm& cached) {
  const double gathered = static_cast<double>(training.epoch_images) + evaluated_images(training);
  const double bytes = gathered * static_cast<double>(view_bytes_of(training, cached.cached_units));
  const double with =
      costs.cost_s(training, cached) + costs.features_s(training, cached, views_of(training)) + bytes / kMemoryRate;
  return with < costs.cost_s(training, {cached.threads});
}

/// Chooses which trainings cache features. Members of a family share features, and stages only where they have one
/// form, so that they are cached all where that pays for one of them, or none.
class CacheChoice {
 public:
  CacheChoice(const TaskTable& tasks, const CostModel& costs, const CompileOptions& options) : options_(options) {
    if (!options.passes.features) return;
    for (const auto& entry : tasks.all()) {
      const Cut cut = exact_cut(entry.training.spec, *entry.training.units);
      if (cut.units == 0 || !why_too_large(entry.training, cut.units, options.feature_bytes).empty()) continue;
      if (is_worth(entry.training, costs, {options.threads, cut.units})) worth_.insert(family_of(entry.training, cut));
    }
  }
  /// The units to cache; 0 with the reason where some are frozen.
  Cut of(const Training& training) const {
    if (!options_.passes.features) return {};
    Cut cut = exact_cut(training.spec, *training.units);
    if (cut.units == 0) return cut;
    cut.refused = why_too_large(training, cut.units, options_.feature_bytes);
    if (cut.refused.empty() && !worth_.contains(family_of(training, cut)))
      cut.refused =
          fmt::format("features of {} {} cost more than they save", cut.units, cut.units == 1 ? "unit" : "units");
    return cut;
  }

 private:
  static std::pair<std::uint64_t, std::int32_t> family_of(const Training& training, const Cut& cut) {
    return {task::family_key(training.spec, {}), cut.units};
  }

  const CompileOptions& options_;
  std::set<std::pair<std::uint64_t, std::int32_t>> worth_;
};

/// Passes over all features that a fit takes, by what was seen on CIFAR-100 (bench/README.md, "linear classifiers").
constexpr double kFitPasses = 100;
constexpr double kFitRate = 5e8;  ///< multiply-adds per second over features in memory

/// Numbers in the features of one image.
std::int64_t width_of(const Probe& probe) {
  return (*probe.units)[static_cast<std::size_t>(probe.spec.features - 1)].output.elements();
}

/// The problems that are fitted one after another: one against the rest, but for two classes.
std::int64_t problems_of(const Probe& probe) { return probe.classes > 2 ? probe.classes : 1; }

/// `passes`: its part of the passes over the images, which probes of the same features share.
double features_probe_s(const Probe& probe, std::int32_t threads, double passes) {
  const auto images =
      static_cast<double>(std::accumulate(probe.evaluated.begin(), probe.evaluated.end(), probe.fitted));
  const double forward = forward_multiply_adds(*probe.units) - forward_multiply_adds(*probe.units, probe.spec.features);
  const bool fits =
      probe.spec.method == task::ProbeMethod::linear || probe.spec.distance.method == task::DistanceMethod::svm;
  const double numbers = static_cast<double>(probe.fitted * width_of(probe) * problems_of(probe));
  const bool looks_up =
      probe.spec.method == task::ProbeMethod::retrieval || probe.spec.method == task::ProbeMethod::neighbours;
  const double asked = images - static_cast<double>(probe.fitted);
  const double products = looks_up ? asked * static_cast<double>(probe.fitted * width_of(probe)) : 0;
  return (passes * images * forward + products) / (kUncalibratedRate * threads) +
         (fits ? kFitPasses * numbers / kFitRate : 0);
}

/// Families with a member that a rule may end early: replicas end together, and one numeric form lets all members
/// share their steps.
std::set<std::uint64_t> families_that_stop(const TaskTable& tasks) {
  std::set<std::uint64_t> families;
  for (const auto& entry : tasks.all()) {
    if (entry.training.spec.stop.on()) families.insert(task::family_key(entry.training.spec, {}));
  }
  return families;
}

}  // namespace

std::int64_t features_bytes(const Probe& probe) {
  if (probe.spec.features == 0) return 0;
  const std::int64_t images = std::accumulate(probe.evaluated.begin(), probe.evaluated.end(), probe.fitted);
  const bool is_svm = probe.spec.method == task::ProbeMethod::linear
                          ? probe.spec.linear.classifier == task::Classifier::svm
                          : probe.spec.distance.method == task::DistanceMethod::svm;
  const std::int64_t float_bytes = 4, fitted_bytes = is_svm ? 16 : 8;  // LIBLINEAR's index and value; a double
  if (probe.spec.method == task::ProbeMethod::retrieval) {
    constexpr std::int64_t kExact = 8;  // cosines are taken of doubles: of the whole gallery, and of a batch of queries
    return width_of(probe) * (images * float_bytes + probe.fitted * kExact);
  }
  const std::int64_t copies = probe.spec.method == task::ProbeMethod::linear || is_svm ? fitted_bytes : 0;
  return width_of(probe) * (images * float_bytes + probe.fitted * copies);
}

Cut exact_cut(const task::TrainSpec& spec, const std::vector<network::UnitCost>& units) {
  const std::int32_t frozen = frozen_units(spec);
  if (frozen == 0) return {};
  if (auto why = random_change(spec.augment); !why.empty()) return {0, std::move(why)};
  if (spec.frozen_dropout == task::FrozenDropout::off) return {frozen, ""};
  for (std::int32_t u = 0; u < frozen; ++u) {
    if (!units[static_cast<std::size_t>(u)].has_dropout) continue;
    return {u, u > 0 ? "" : "dropout of the first frozen unit is on"};
  }
  return {frozen, ""};
}

bool can_be_replica(const task::TrainSpec& spec, const network::NetworkSpec& network,
                    const std::vector<network::UnitCost>& units, std::int32_t cached) {
  if (cached == 0 || cached == network.depth() || !task::row_of(spec.optimiser).in_replicas) return false;
  if (spec.precision != task::Precision::fp32) return false;
  std::int64_t parameters = 0;
  for (auto u = static_cast<std::size_t>(cached); u < network.units.size(); ++u) {
    if (spec.units[u].trained != task::Trained::all) return false;
    for (const auto& parameter : units[u].parameters) parameters += parameter.elements();
    for (const auto& layer : network.units[u].layers) {
      const auto& row = network::row_of(layer.kind);
      if (!row.in_replicas || (row.holds == network::LayerHolds::weight && !layer.bias)) return false;
    }
  }
  return parameters > 0 && parameters <= kMostReplicaParameters;
}

std::map<std::string, std::int64_t> choose_forms(TaskTable& tasks, const task::Catalog& catalog, const CostModel& costs,
                                                 const CompileOptions& options) {
  std::map<std::string, std::int64_t> refused;
  const auto stopping = families_that_stop(tasks);
  const CacheChoice caches(tasks, costs, options);
  for (auto& entry : tasks.all()) {
    const auto& training = entry.training;
    entry.form = {options.threads};
    const Cut cut = caches.of(training);
    if (!cut.refused.empty()) ++refused[cut.refused];
    else entry.form.cached_units = cut.units;
    const auto& network = catalog.networks.at(training.spec.network);
    entry.form.batched =
        options.passes.replicas && can_be_replica(training.spec, network, *training.units, entry.form.cached_units);
    if (entry.form.batched && training.spec.loss == task::Loss::binary) {
      entry.form.batched = false;
      ++refused
          ["trainings on images with several labels are no replicas of a batched network, whose loss is a softmax's"];
    }
    if (entry.form.batched && stopping.contains(task::family_key(training.spec, {}))) {
      entry.form.batched = false;
      ++refused["trainings that stop early, and those that share their steps, are no replicas of a batched network"];
    }
    entry.cost_s = costs.cost_s(training, entry.form);
  }
  return refused;
}

std::string features_key(const Probe& probe, std::int32_t units) {
  return task::prefix_key(task::untrained(probe.spec), units) + probe.measured_data;
}

namespace {

/// First units that probes of outputs have in common, as networks have in which one unit is swapped: their features are
/// computed once.
class SharedPrefixes {
 public:
  SharedPrefixes(const TaskTable& tasks, const CompileOptions& options) : options_(options) {
    if (!options.passes.features) return;
    for (const auto& entry : tasks.probes()) {
      for (const auto& key : keys_of(entry.probe)) ++probes_[key];
    }
  }
  /// The most units that another probe begins with, too, and whose features fit the memory; 0: none.
  std::int32_t of(const Probe& probe) const {
    if (probes_.empty()) return 0;
    const auto keys = keys_of(probe);
    const std::int64_t images = std::accumulate(probe.evaluated.begin(), probe.evaluated.end(), std::int64_t{0});
    for (auto units = static_cast<std::int32_t>(keys.size()); units > 0; --units) {
      const auto bytes = 4 * images * (*probe.units)[static_cast<std::size_t>(units - 1)].output.elements();
      if (probes_.at(keys[static_cast<std::size_t>(units - 1)]) > 1 && bytes <= options_.feature_bytes) return units;
    }
    return 0;
  }

 private:
  /// By units from 1 on, all but the last.
  static std::vector<std::string> keys_of(const Probe& probe) {
    std::vector<std::string> keys;
    if (probe.spec.features > 0) return keys;
    const task::TrainSpec spec = task::untrained(probe.spec);
    for (std::size_t units = 1; units < spec.units.size(); ++units)
      keys.push_back(task::prefix_key(spec, static_cast<std::int32_t>(units)) + probe.measured_data);
    return keys;
  }

  const CompileOptions& options_;
  std::map<std::string, std::int64_t> probes_;  ///< that begin with these units
};

}  // namespace

void choose_probe_forms(TaskTable& tasks, const CompileOptions& options) {
  std::set<std::string> features;  // of trainings, and of probes that take some: prefix and data
  std::set<std::int32_t, std::greater<>> depths;
  for (const auto& entry : tasks.all()) {
    if (entry.form.cached_units == 0 || tasks.probes().empty()) continue;
    depths.insert(entry.form.cached_units);
    features.insert(task::prefix_key(entry.training.spec, entry.form.cached_units) + entry.training.spec.images.data);
  }
  for (const auto& entry : tasks.probes()) {
    const auto units = entry.probe.spec.features;
    if (units == 0 || !options.passes.features) continue;
    depths.insert(units);
    features.insert(features_key(entry.probe, units));
  }
  const SharedPrefixes prefixes(tasks, options);
  std::map<std::string, double> sharing;  // probes of the same features, which each worker computes once
  for (const auto& entry : tasks.probes()) {
    if (entry.probe.spec.features > 0) ++sharing[features_key(entry.probe, entry.probe.spec.features)];
  }
  for (auto& [id, probe, inputs, form, cost_s] : tasks.probes()) {
    form = {options.threads};
    if (probe.spec.features > 0) {
      form.cached_units = probe.spec.features;
      const double sharers = sharing.at(features_key(probe, probe.spec.features));
      cost_s = features_probe_s(probe, form.threads, std::min<double>(options.workers, sharers) / sharers);
      continue;
    }
    const task::TrainSpec spec = task::untrained(probe.spec);
    for (const auto units : depths) {
      if (units > static_cast<std::int32_t>(spec.units.size()) || form.cached_units > 0) continue;
      if (features.contains(task::prefix_key(spec, units) + probe.measured_data)) form.cached_units = units;
    }
    form.cached_units = std::max(form.cached_units, prefixes.of(probe));
    const double images =
        static_cast<double>(std::accumulate(probe.evaluated.begin(), probe.evaluated.end(), std::int64_t{0}));
    cost_s = images * forward_multiply_adds(*probe.units, form.cached_units) / (kUncalibratedRate * form.threads);
  }
}

}  // namespace espalier::plan
