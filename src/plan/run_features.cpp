// Makes probes of features: linear classifiers fitted to them, neighbours, distances between a source's and a target's
// images.
#include <algorithm>

#include "espalier/core/build_info.hpp"
#include "espalier/core/seed.hpp"
#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/fold_images.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {

namespace {

using metrics::Metric;
using metrics::Subset;

/// The number that the list of names has for the cell's word; the language has checked that it has one.
template <class Enumeration>
Enumeration named(const std::vector<std::string>& names, const std::string& word) {
  return static_cast<Enumeration>(std::find(names.begin(), names.end(), word) - names.begin());
}

double real(const study::Value& value) {
  const auto* whole = value.integer();
  return whole ? static_cast<double>(*whole) : std::get<double>(value.held);
}

task::LinearSpec linear_of(const grid::Grid& grid, const grid::Cell& cell, const std::string& classifier,
                           const task::ImageSetSpec& images) {
  task::LinearSpec linear;
  linear.images = images;
  linear.classifier = named<task::Classifier>(task::classifier_names(), classifier);
  if (const auto* c = value_at(grid, cell, "C")) linear.c = real(*c);
  if (const auto* standardise = value_at(grid, cell, "standardise"))
    linear.standardise = std::get<bool>(standardise->held);
  return linear;
}

task::NeighboursSpec neighbours_of(const std::string& by, const task::ImageSetSpec& images) {
  return {named<task::NearestBy>(task::nearest_by_names(), by), images};
}

/// The images that the pool's network was not trained on: for test, else for validation; null where it has none.
const PoolEvaluation* held_out(const ClassPool& pool) {
  for (const auto name : {Subset::test, Subset::valid}) {
    for (const auto& one : pool.evaluations) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

CountedImages source_images(const ClassPool& pool, const std::string& source, const task::Catalog& catalog) {
  if (const auto* one = held_out(pool)) return {catalog.image_sets.at(one->images.hex.str()), one->count};
  throw CompileError{{"source '" + source + "' has no images that it was not trained on", "its data hold none back",
                      "Set valid or test on data '" + pool.data->study().name + "'."}};
}

/// Held-out images where there are some, as of the source; else all.
CountedImages target_images(const ClassPool& pool, const task::Catalog& catalog) {
  if (const auto* one = held_out(pool)) return {catalog.image_sets.at(one->images.hex.str()), one->count};
  return {pool.data->training_images(pool.labels, pool.train_available), pool.images(pool.train_available)};
}

}  // namespace

std::vector<task::UnitStart> starts_of(const std::vector<task::UnitStart>& network, std::int32_t features) {
  std::vector<task::UnitStart> starts(network.size());
  std::copy_n(network.begin(), features, starts.begin());
  return starts;
}

Probe seen_as(const task::TrainSpec& seen, task::ProbeMethod method, std::int32_t features) {
  Probe probe;
  probe.spec.identity_version = task::kIdentityVersion;
  probe.spec.numerics_version = build_info::kNumericsVersion;
  probe.spec.method = method;
  probe.spec.network = seen.network;
  probe.spec.input = seen.input;
  probe.spec.mean = seen.mean;
  probe.spec.std = seen.std;
  probe.spec.centre_crop = seen.augment.centre_crop;
  probe.spec.placement_version = seen.augment.centre_crop > 0 ? task::kPlacementVersion : 0;
  probe.spec.precision = seen.precision;
  probe.spec.features = features;
  return probe;
}

std::int32_t RunTrainings::features_of(const CellView& view, std::int32_t depth) const {
  const auto features = static_cast<std::int32_t>(view.number("features"));
  if (features <= depth) return features;
  throw CompileError{{"there is no unit " + std::to_string(features) + " to take features after",
                      "network '" + view.network + "' has " + std::to_string(depth) + " units",
                      "Use a number from 1 to " + std::to_string(depth) + "."}};
}

/// Refuses units that were made for other images than the target's.
void RunTrainings::check_features(const CellView& view, const Origin& origin, const Training& seen,
                                  std::int32_t features) const {
  for (std::size_t u = 0; u < static_cast<std::size_t>(features); ++u) {
    const bool classifies = u + 1 == origin.units->size();  // as many outputs as the source has classes
    const auto& own = (*origin.units)[u];
    const bool fits = classifies ? own.input == (*seen.units)[u].input : have_equal_parameters(own, (*seen.units)[u]);
    if (fits) continue;
    throw CompileError{
        {"unit " + std::to_string(u + 1) + " of " + origin.name + " does not fit target '" + view.target + "'",
         "their images differ, and so do the unit's parameters", "Take features of fewer units, or crop to one size."}};
  }
}

/// What a classifier is fitted to, or neighbours are found among, is what a training on the target would be trained on.
RunTrainings::Made RunTrainings::add_told_by_features(const PlannedExperiment& experiment, const grid::Cell& cell,
                                                      const LinkedRuns& linked) {
  const auto& grid = experiment.grid;
  const CellView view(grid, cell);
  constexpr auto kRole = task::InputRole::measured;
  const Origin origin = linked.start ? of_run(*linked.start, kRole) : of_source(view, view.source);
  const auto depth = static_cast<std::int32_t>(origin.units->size());
  const auto features = features_of(view, depth);
  TrainingRequest request = target_request(grid, cell, view, own_pool(view));
  request.protocol = {};
  request.protocol.uses.assign(static_cast<std::size_t>(depth), study::UnitUse::frozen);
  request.copied = &origin.starts;
  const Training seen = maker_.make(request);
  note_draws(view.target, seen.spec.images);
  check_features(view, origin, seen, features);
  check_apart(view, origin, TargetUse::trained);
  const bool finds_neighbours = study::kind_of(*experiment.study) == study::Kind::neighbours;
  Probe probe =
      seen_as(seen.spec, finds_neighbours ? task::ProbeMethod::neighbours : task::ProbeMethod::linear, features);
  const bool whole = features == depth;  // the classifier's outputs are features: it has the source's classes
  probe.spec.labels = whole ? origin.spec.images.labels : seen.spec.images.labels;
  probe.spec.units = starts_of(origin.starts, features);
  if (finds_neighbours) probe.spec.neighbours = neighbours_of(view.word("nearest_by"), seen.spec.images);
  else probe.spec.linear = linear_of(grid, cell, view.word("classifier"), seen.spec.images);
  probe.units = whole ? origin.units : seen.units;
  probe.fitted = seen.images;
  probe.classes = seen.classes;
  Made made;
  const bool shares_only = finds_neighbours || probe.spec.linear.classifier == task::Classifier::svm;
  for (std::size_t i = 0; i < seen.record.evaluations.size(); ++i) {
    const auto& one = seen.record.evaluations[i];
    if (finds_neighbours && one.name == Subset::train_eval) continue;  // each image is its own nearest
    auto metrics = shares_only ? std::vector{Metric::top1, Metric::top5} : one.metrics;
    probe.record.evaluations.push_back({one.name, one.images, /*every=*/0, std::move(metrics)});
    probe.evaluated.push_back(seen.evaluated[i]);
    made.measured.push_back({one.name, one.images});
  }
  if (made.measured.empty()) throw nothing_to_measure(view, *request.pool);
  probe.measured_data = seen.spec.images.data;
  made.task = add_features(std::move(probe));
  return made;
}

/// The images that are compared, without the draw of `count` of them.
RunTrainings::Compared RunTrainings::compared(const CellView& view, const Origin& origin, const ClassPool& target) {
  auto from = source_images(*origin.pool, view.source, catalog_);
  auto to = target_images(target, catalog_);
  const std::int64_t count = std::min({from.count / 2, to.count, view.number("images_each")});
  if (count < 4) {
    throw CompileError{{"source '" + view.source + "' and target '" + view.target + "' have too few images to compare",
                        std::to_string(from.count) + " of the source are held out, and " + std::to_string(to.count) +
                            " are of the target; four of the target and eight of the source are needed",
                        "Hold more images out."}};
  }
  const auto seed = seed_of(static_cast<std::uint64_t>(study_.seed), {"distance", view.split, view.replicate});
  // Of a class with an odd number of images one half has an image less.
  const auto halved = [&](const CountedImages& all) {
    const auto classes = catalog_.label_maps.at(all.spec.labels).classes.size();
    return (all.count - static_cast<std::int64_t>(classes)) / 2;
  };
  const std::int64_t half = std::max<std::int64_t>(2, std::min({count / 2, halved(from), halved(to)}));
  return {std::move(from.spec), std::move(to.spec), count, half, seed};
}

RunTrainings::Made RunTrainings::add_distance(const PlannedExperiment& experiment, const grid::Cell& cell) {
  const CellView view(experiment.grid, cell);
  const Origin& origin = of_source(view, view.source);
  const auto features = features_of(view, static_cast<std::int32_t>(origin.units->size()));
  const auto& target = pools_.of(view.use(study_, Role::target, view.target));
  if (origin.starts.front().kind == task::StartKind::checkpoint &&
      &origin.pool->data->study() == &target.data->study()) {
    throw CompileError{{"the distance of target '" + view.target + "' from source '" + view.source + "' is unknown",
                        "the source is a checkpoint, and its data are the target's: images that it was trained on are "
                        "not here",
                        "Give the source the data that it was trained on. Of a network that espalier trained, "
                        "'espalier model distance' says how far images are."}};
  }
  Probe probe = seen_as(origin.spec, task::ProbeMethod::distance, features);
  check_shape(probe, target, view);
  auto images = compared(view, origin, target);
  const auto method = named<task::DistanceMethod>(task::distance_names(), view.word("method"));
  if (method == task::DistanceMethod::cnn) return add_told_apart(*experiment.study, view, origin, images);
  using task::SampleRule;
  auto& [source, other, count, half, seed] = images;
  source.sample = {SampleRule::random_over_all, 2 * count, seed};
  other.sample = {SampleRule::random_over_all, count, seed};
  catalog_.add(source);
  const auto measured = catalog_.add(other);
  probe.measured_data = source.data;
  probe.spec.distance = {method, std::move(source), std::move(other), count, seed};
  probe.spec.labels = origin.spec.images.labels;
  probe.spec.units = starts_of(origin.starts, features);
  probe.units = origin.units;
  probe.fitted = 2 * probe.spec.distance.count;
  probe.classes = 2;
  probe.record.evaluations.push_back({Subset::test, measured, /*every=*/0, {Metric::distance, Metric::floor}});
  probe.evaluated.push_back(probe.spec.distance.count);
  Made made;
  made.measured.push_back({Subset::test, measured});
  made.task = add_features(std::move(probe));
  return made;
}

namespace {

/// Of both sets, images of one half of each class.
task::ImageSetSpec half_of_both(const RunTrainings::Compared& compared, const std::string& labels, std::int32_t half) {
  task::ImageSetSpec both;
  both.labels = labels;
  for (const auto* set : {&compared.source, &compared.target}) {
    auto& part = both.parts.emplace_back(*set);
    part.partition.folds = 2;
    part.partition.fold = half;
    part.partition.fold_use = task::FoldUse::only;
    if (part.partition.shares.empty()) part.partition.seed = compared.seed;  // shares and folds have one seed
    part.sample = {task::SampleRule::random_over_all, compared.half, compared.seed};
  }
  return both;
}

}  // namespace

/// A training of the experiment's small network on one half of both sets, measured on the other.
RunTrainings::Made RunTrainings::add_told_apart(const study::Experiment& experiment, const CellView& view,
                                                const Origin& origin, const Compared& compared) {
  task::LabelMap sides = task::one_output_each({0, 1});
  sides.names = {"source", "target"};
  const auto labels = catalog_.add(sides);
  const std::int64_t images = 2 * compared.half;
  GivenImages given{half_of_both(compared, labels, 0), images, 2, {}, {Metric::distance}};
  const auto test = catalog_.add(half_of_both(compared, labels, 1));
  given.evaluations.push_back({Subset::test, test, images});
  TrainingRequest request;
  request.role = Role::target;
  request.values = &settings_.of_cnn(experiment);
  request.pool = origin.pool;
  request.network = &network_of(experiment.cnn->network);
  request.protocol = from_scratch(request.network->spec->depth());
  request.streams = {view.split, view.replicate};
  request.given = &given;
  Made made;
  made.measured.push_back({Subset::test, test});
  made.task = tasks_.add(maker_.make(request), {});
  return made;
}

TaskId RunTrainings::add_features(Probe probe) {
  std::vector<task::Input> inputs;
  for (const auto& start : probe.spec.units) add_input(inputs, start, task::InputRole::measured);
  for (const auto& start : probe.spec.retrieval.units) add_input(inputs, start, task::InputRole::measured);
  return tasks_.add(std::move(probe), std::move(inputs));
}

}  // namespace espalier::plan
