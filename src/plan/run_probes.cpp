// Makes probes: networks assembled of units of finished runs and sources, measured on a target's images.
#include <algorithm>

#include "espalier/core/build_info.hpp"
#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/run_trainings.hpp"

namespace espalier::plan {

namespace {

/// The digest of the pack that most of the images are in.
std::string main_data(const std::vector<PoolEvaluation>& evaluations, const task::Catalog& catalog) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& one : evaluations) counts[catalog.image_sets.at(one.images.hex.str()).data] += one.count;
  const auto most =
      std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? "" : most->first;
}

}  // namespace

/// Refuses units whose parameters or inputs differ from those of the network they are put into.
void RunTrainings::check_fit(const std::vector<Origin>& origins, const std::vector<std::size_t>& of_unit) const {
  const auto& first = origins.front();
  for (std::size_t u = 0; u < of_unit.size(); ++u) {
    const auto& origin = origins[of_unit[u]];
    const bool is_last = u + 1 == of_unit.size();
    const bool fits_in = origin.spec.network == first.spec.network && u < origin.units->size() &&
                         (is_last || have_equal_parameters((*origin.units)[u], (*first.units)[u]));
    if (fits_in && (*origin.units)[u].input == (*first.units)[u].input) continue;
    throw CompileError{{"unit " + std::to_string(u + 1) + " of " + origin.name + " does not fit " + first.name,
                        "their networks, or the shapes of their images, differ", "Take units of equal networks."}};
  }
}

/// The network sees images as the training `seen` did; its outputs are those of its last unit.
Probe RunTrainings::probe_from(const std::vector<Origin>& origins, const std::vector<std::size_t>& of_unit,
                               const task::TrainSpec& seen) const {
  Probe probe;
  probe.spec.identity_version = task::kIdentityVersion;
  probe.spec.numerics_version = build_info::kNumericsVersion;
  probe.spec.network = seen.network;
  probe.spec.labels = origins[of_unit.back()].spec.images.labels;
  probe.spec.input = seen.input;
  probe.spec.mean = seen.mean;
  probe.spec.std = seen.std;
  probe.spec.centre_crop = seen.augment.centre_crop;
  probe.spec.placement_version = seen.augment.centre_crop > 0 ? task::kPlacementVersion : 0;
  probe.spec.precision = seen.precision;
  for (std::size_t u = 0; u < of_unit.size(); ++u) probe.spec.units.push_back(origins[of_unit[u]].starts.at(u));
  probe.units = origins[of_unit.back()].units;
  return probe;
}

CompileError RunTrainings::nothing_to_measure(const CellView& view, const ClassPool& pool) {
  return {{"target '" + view.target + "' has no images to measure on", "its data hold none back",
           "Set valid or test on data '" + pool.data->study().name + "'."}};
}

/// The target's validation and test images; of a run with a fold on its own target, the images of that fold.
std::vector<PoolEvaluation> RunTrainings::measured_by(const CellView& view, const ClassPool& pool,
                                                      const PlannedRun* start) const {
  auto measured = pool.evaluations;
  const bool has_fold = view.fold > 0 && start && *start->label("target") == view.target;
  if (const auto* entry = has_fold ? tasks_.find(start->task) : nullptr) {
    const auto fold = start->images(metrics::Subset::valid);
    const auto& recorded = entry->training.record.evaluations;
    for (std::size_t i = 0; i < recorded.size(); ++i) {
      const auto& one = recorded[i];
      if (one.name == metrics::Subset::valid && one.images == fold)
        measured.insert(measured.begin(), {one.name, one.images, entry->training.evaluated[i]});
    }
  }
  if (measured.empty()) throw nothing_to_measure(view, pool);
  return measured;
}

void RunTrainings::check_images(const Probe& probe, const Origin& classifier, const ClassPool& pool,
                                const CellView& view) const {
  const auto outputs = classifier.pool->output_names();
  if (outputs != pool.output_names()) {
    throw CompileError{{"the network's outputs are not the classes of target '" + view.target + "'",
                        "it tells " + std::to_string(outputs.size()) + " classes apart, the target has " +
                            std::to_string(pool.count()) + ", and their names must agree",
                        "Measure on a target with the classes that it was trained on, or with some of them and "
                        "outputs_of = \"source\"."}};
  }
  check_shape(probe, pool, view);
}

void RunTrainings::check_shape(const Probe& probe, const ClassPool& pool, const CellView& view) const {
  const auto& whole = pool.data->facts().shape;
  const bool cropped = probe.spec.centre_crop > 0 && whole.channels == probe.spec.input.channels &&
                       whole.height >= probe.spec.input.height && whole.width >= probe.spec.input.width;
  if (cropped || whole == probe.spec.input) return;
  throw CompileError{
      {"the images of target '" + view.target + "' have another shape than those the network was trained on",
       std::to_string(whole.channels) + " x " + std::to_string(whole.height) + " x " + std::to_string(whole.width) +
           " against " + std::to_string(probe.spec.input.channels) + " x " + std::to_string(probe.spec.input.height) +
           " x " + std::to_string(probe.spec.input.width),
       "Set resize, grey or rgb of its data, or centre_crop."}};
}

/// The units that an entry of units_from names, or the one that its axis has as value.
std::vector<std::int32_t> RunTrainings::units_of(const study::UnitsFrom& taken, const CellView& view) {
  if (taken.axis.empty()) return taken.units;
  return {static_cast<std::int32_t>(view.number(taken.axis.c_str()))};
}

RunTrainings::Made RunTrainings::add_probe(const PlannedExperiment& experiment, const grid::Cell& cell,
                                           const LinkedRuns& linked) {
  const CellView view(experiment.grid, cell);
  constexpr auto kRole = task::InputRole::measured;
  std::vector<Origin> origins;
  origins.push_back(linked.start ? of_run(*linked.start, kRole) : of_source(view, view.source));
  std::vector<std::size_t> of_unit(origins.front().units->size(), 0);
  for (std::size_t i = 0; i < experiment.study->units_from.size(); ++i) {
    const auto& taken = experiment.study->units_from[i];
    origins.push_back(linked.units[i] ? of_run(*linked.units[i], kRole) : of_source(view, taken.source));
    for (const auto unit : units_of(taken, view)) {
      if (unit > static_cast<std::int32_t>(of_unit.size())) {
        throw CompileError{{"units_from names unit " + std::to_string(unit),
                            "the network has " + std::to_string(of_unit.size()), "Name units of the network."}};
      }
      of_unit[static_cast<std::size_t>(unit - 1)] = origins.size() - 1;
    }
  }
  check_fit(origins, of_unit);
  const bool swaps = std::any_of(experiment.study->units_from.begin(), experiment.study->units_from.end(),
                                 [](const study::UnitsFrom& taken) { return !taken.axis.empty(); });
  // A swap stands for the network that its run would be with that unit alone: whichever it is, it sees what that saw.
  Probe probe = probe_from(origins, of_unit, origins[swaps ? origins.size() - 1 : of_unit.front()].spec);
  const auto& pool = target_pool(view, origins[of_unit.back()].pool);
  check_images(probe, origins[of_unit.back()], pool, view);
  for (const auto& origin : origins) check_apart(view, origin, TargetUse::measured);
  const auto measured = measured_by(view, pool, linked.start);
  for (const auto* run : linked.units) {
    if (view.fold > 0 && run && linked.start)
      check_same_fold(*run, view.target, linked.start->images(metrics::Subset::valid));
  }
  Made made;
  for (const auto& one : measured) {
    probe.record.evaluations.push_back({one.name, one.images, /*every=*/0, metrics_on(pool, *asked_here_)});
    probe.evaluated.push_back(one.count);
    made.measured.push_back({one.name, one.images});
  }
  probe.measured_data = main_data(measured, catalog_);
  std::vector<task::Input> inputs;
  for (const auto& start : probe.spec.units) add_input(inputs, start, kRole);
  made.task = tasks_.add(std::move(probe), std::move(inputs));
  return made;
}

}  // namespace espalier::plan
