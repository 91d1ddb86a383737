// Resolves a cell's source, target, network and overrides, and adds its tasks to the table.
#include "plan/run_trainings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "espalier/study/kinds.hpp"
#include "plan/asked_metrics.hpp"
#include "plan/cell_view.hpp"
#include "plan/findings.hpp"
#include "plan/fold_images.hpp"

namespace espalier::plan {

namespace {

/// Images a class, on average where they are drawn over all classes; 0: all.
double size_of(const study::Value* value) {
  if (!value || value->is_all()) return 0;
  if (const auto* fraction = std::get_if<double>(&value->held); fraction && *fraction > 0) return *fraction;
  const auto* number = value->integer();
  if (!number || *number < 1) {
    throw CompileError{
        {"per_class = " + to_string(*value) + " is no number of images", "", "Use a number from 1 on, or \"all\"."}};
  }
  return static_cast<double>(*number);
}

/// Throws CompileError where a size is no whole number although each class gives as many.
void check_whole(double size, const std::string& target) {
  if (size == std::floor(size)) return;
  throw CompileError{{fmt::format("per_class = {} is no whole number", size),
                      "target '" + target + "' takes as many images of each class",
                      "Use a whole number, or sample = { rule = \"random\", stratified = false }."}};
}

/// Of images with several labels all are held out for every label, which is said once.
void check_has_images(const ClassPool& pool) {
  if (!pool.data->has_several_labels() || pool.train_available > 0) return;
  throw CompileError{{"data '" + pool.data->study().name + "' has no image to train on",
                      "validation and test images are set apart first", "Set fewer apart."},
                     "",
                     /*in_study=*/true};
}

/// Throws CompileError where units are to be copied and there is nothing to copy them from.
void check_has_source(const std::string& name) {
  if (!name.empty()) return;
  throw CompileError{
      {"units are transferred but the study has no source", "", "Define [source.NAME], or fix transferred = 0."}};
}

const study::TargetSample* sample_of(const study::Study& study, const std::string& target) {
  const auto* found = find_target(study, target);
  return found && found->sample ? &*found->sample : nullptr;
}

/// Networks that are never trained are sources.
void check_takes_steps(const Training& training, const std::string& target) {
  if (training.steps > 0) return;
  throw CompileError{{"a training on target '" + target + "' has 0 epochs",
                      "a run trains its network; one that is drawn and never trained is a source",
                      "Set epochs = 0 in the train table of a source, and epochs of the target from 1 on."},
                     "0 epochs"};
}

}  // namespace

bool have_equal_parameters(const network::UnitCost& source, const network::UnitCost& target) {
  if (source.parameters.size() != target.parameters.size()) return false;
  for (std::size_t i = 0; i < source.parameters.size(); ++i) {
    if (source.parameters[i].shape != target.parameters[i].shape) return false;
  }
  return true;
}

void add_input(std::vector<task::Input>& inputs, const task::UnitStart& start, task::InputRole role) {
  if (start.kind != task::StartKind::task) return;
  const task::Input input{start.task, role};
  if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
}

RunTrainings::RunTrainings(const study::Study& study, const Facts& facts, ClassPools& pools, task::Catalog& catalog,
                           TaskTable& tasks)
    : study_(study),
      facts_(facts),
      pools_(pools),
      catalog_(catalog),
      tasks_(tasks),
      settings_(study),
      maker_(study, catalog) {
  for (const auto& network : study.networks) {
    if (!network.front) networks_[network.name] = {catalog.add(network.spec), &network.spec};
  }
  any_redrawn_ = std::any_of(study.sources.begin(), study.sources.end(),
                             [](const study::Source& source) { return !source.redraw.empty(); });
}

const KnownNetwork& RunTrainings::network_of(const std::string& name) const {
  const auto found = networks_.find(name);
  if (found == networks_.end())
    throw CompileError{{"there is no network '" + name + "'", "", "Define [network." + name + "]."}};
  return found->second;
}

TrainingRequest RunTrainings::source_request(const CellView& view, const RoleUse& source,
                                             const std::vector<Override>& overrides) {
  TrainingRequest request;
  request.role = Role::source;
  request.values = &settings_.of(Role::source, source.name, overrides);
  request.pool = &pools_.of(source);
  request.network = &network_of(view.network);
  request.protocol = from_scratch(request.network->spec->depth());
  request.per_class = request.pool->drawn_per_class;
  request.streams = {view.split, source.replicate};
  check_has_images(*request.pool);
  ClassPools::check_size(*request.pool, 1);
  return request;
}

RunTrainings::Origin RunTrainings::checkpoint(const study::Source& source, const CellView& view, const RoleUse& use) {
  const auto known = facts_.checkpoints.find(source.name);
  if (known == facts_.checkpoints.end()) {
    throw CompileError{{"nothing is known of the checkpoint of source '" + source.name + "'",
                        "'" + source.checkpoint + "' was not read", ""}};
  }
  Training as_trained = maker_.make(source_request(view, use, {}));
  Origin origin{
      {}, {}, task::InputRole::pretraining, std::move(as_trained.spec), as_trained.units, use.text(), &pools_.of(use)};
  origin.starts.assign(origin.units->size(), {task::StartKind::checkpoint, {}, known->second});
  return origin;
}

RunTrainings::Origin RunTrainings::pretraining(const CellView& view, const RoleUse& source,
                                               const std::vector<Override>& overrides) {
  const auto request = source_request(view, source, overrides);
  ClassPools::check_classes(*request.pool, source.text());
  Training training = maker_.make(request);
  Origin origin{{}, {}, task::InputRole::pretraining, training.spec, training.units, source.text(), request.pool};
  origin.task = tasks_.add(std::move(training), {});
  origin.starts.assign(origin.units->size(), {task::StartKind::task, origin.task, {}});
  return origin;
}

const RunTrainings::Origin& RunTrainings::of_source(const CellView& view, const std::string& name) {
  check_has_source(name);
  const auto use = view.use(study_, Role::source, name);
  const auto& source = *find_source(study_, name);
  shares_network_ = shares_network_ || source.redraw.empty();
  const auto overrides = view.overrides(Role::source);
  std::string key = view.network;
  for (const auto& [what, value] : overrides) key += '\n' + what + '=' + to_string(value);
  const auto known = origins_.find({use, key});
  if (known != origins_.end()) return known->second;
  return origins_
      .emplace(std::pair(use, key),
               source.checkpoint.empty() ? pretraining(view, use, overrides) : checkpoint(source, view, use))
      .first->second;
}

RunTrainings::Origin RunTrainings::of_run(const PlannedRun& run, task::InputRole role) {
  shares_network_ = shares_network_ || !run.redrawn;
  if (role == task::InputRole::measured) draws_images_ = draws_images_ || run.draws_images;
  const auto* entry = tasks_.find(run.task);
  if (!entry) {
    throw CompileError{{"a run of experiment '" + run.experiment + "' leaves no network", "it trains none",
                        "Start from an experiment that trains."}};
  }
  Origin origin{{},
                run.task,
                role,
                entry->training.spec,
                entry->training.units,
                "the run of experiment '" + run.experiment + "'",
                &pool_of(run)};
  for (const auto& row : origin.spec.units) {
    // A unit that the parent kept frozen is taken from the parent's own source, so that both share its features.
    const bool is_untouched = row.trained == task::Trained::no && row.start.kind != task::StartKind::fresh;
    origin.starts.push_back(is_untouched ? row.start : task::UnitStart{task::StartKind::task, run.task, {}});
  }
  return origin;
}

/// What the run was trained on: its own network tells its classes apart, or its source's.
const ClassPool& RunTrainings::pool_of(const PlannedRun& run) const {
  const auto& target = *run.label("target");
  const auto onto = pools_onto_.find({run.task, target});
  if (onto != pools_onto_.end()) return *onto->second;
  std::optional<study::Value> value;
  const auto axis = [&](const std::string& name) -> const study::Value* {
    const auto* label = run.label("target." + name);
    if (label) value = *label;
    return label ? &*value : nullptr;
  };
  return pools_.of(use_of(study_, Role::target, target, std::stoi(*run.label("split")), 1, axis));
}

const ClassPool& RunTrainings::own_pool(const CellView& view) {
  return pools_.of(view.use(study_, Role::target, view.target));
}

/// The target's pool, with labels that stand for the outputs of a network of `outputs` where the target says so.
const ClassPool& RunTrainings::target_pool(const CellView& view, const ClassPool* outputs) {
  const auto& own = own_pool(view);
  if (find_target(study_, view.target)->outputs_of.empty()) return own;
  if (!outputs) {
    throw CompileError{{"target '" + view.target + "' has the outputs of its source, and there is no source",
                        "outputs_of = \"source\" needs a network to take them from",
                        "Give the experiment a source or `start`, or leave outputs_of out."}};
  }
  if (own.data->has_several_labels() != outputs->data->has_several_labels()) {
    throw CompileError{
        {"target '" + view.target + "' has outputs_of = \"source\", and its source has labels of another kind",
         "the images of one of them have one label each, those of the other may have several",
         "Leave outputs_of out."}};
  }
  return pools_.onto(own, outputs->outputs_of ? *outputs->outputs_of : *outputs, "target '" + view.target + "'");
}

/// The classes of the network that a run starts from, or would start from if it copied a unit; null where it has none.
const ClassPool* RunTrainings::outputs_for(const CellView& view, const Origin* origin, const LinkedRuns& linked) {
  if (origin) return origin->pool;
  if (linked.start) return &pool_of(*linked.start);
  return view.source.empty() ? nullptr : &pools_.of(view.use(study_, Role::source, view.source));
}

RunTrainings::Made RunTrainings::add(const PlannedExperiment& experiment, const grid::Cell& cell,
                                     const LinkedRuns& linked) {
  const auto [known, is_new] = asked_.try_emplace(experiment.study->name);
  if (is_new) known->second = asked_metrics(study_, experiment.study->name);
  asked_here_ = &known->second;
  shares_network_ = draws_images_ = false;
  Made made = add_of_kind(experiment, cell, linked);
  made.redrawn = any_redrawn_ && !shares_network_;
  made.draws_images = draws_images_ && study_.split.count == 1;
  return made;
}

RunTrainings::Made RunTrainings::add_of_kind(const PlannedExperiment& experiment, const grid::Cell& cell,
                                             const LinkedRuns& linked) {
  switch (study::kind_of(*experiment.study)) {
    case study::Kind::train: return add_training(experiment.grid, cell, linked);
    case study::Kind::evaluate: return add_probe(experiment, cell, linked);
    case study::Kind::linear:
    case study::Kind::neighbours: return add_told_by_features(experiment, cell, linked);
    case study::Kind::distance: return add_distance(experiment, cell);
    case study::Kind::retrieval: return add_retrieval(experiment.grid, cell, linked);
    case study::Kind::pick: break;
  }
  return {};
}

/// All the images there are need no draw, and are the same for all replicates.
void RunTrainings::note_draws(const std::string& target, const task::ImageSetSpec& trained) {
  const auto* sample = sample_of(study_, target);
  const bool redraws = sample && sample->random && !sample->redraw.empty();
  const bool is_drawn =
      trained.sample.rule == task::SampleRule::random || trained.sample.rule == task::SampleRule::random_over_all;
  draws_images_ = draws_images_ || (redraws && is_drawn);
}

/// All of a target training but its protocol.
TrainingRequest RunTrainings::target_request(const grid::Grid& grid, const grid::Cell& cell, const CellView& view,
                                             const ClassPool& pool) {
  TrainingRequest request;
  request.values = &settings_.of(Role::target, view.target, view.overrides(Role::target));
  request.pool = &pool;
  request.network = &network_of(view.network);
  const double size = size_of(value_at(grid, cell, "per_class"));
  request.per_class = static_cast<std::int64_t>(std::ceil(size));
  request.sample = sample_of(study_, view.target);
  check_has_images(pool);
  if (pool.data->has_several_labels() || (request.sample && !request.sample->stratified)) {
    request.images_over_all = ClassPools::images_over_all(pool, size);
  } else {
    check_whole(size, view.target);
    ClassPools::check_size(pool, std::max<std::int64_t>(1, request.per_class));
  }
  ClassPools::check_classes(*request.pool, "target '" + view.target + "'");
  request.streams = {view.split, view.replicate};
  request.asked = *asked_here_;
  if (view.fold > 0) request.fold = fold_of(study_, view.split, view.fold);
  return request;
}

RunTrainings::Made RunTrainings::add_training(const grid::Grid& grid, const grid::Cell& cell,
                                              const LinkedRuns& linked) {
  const CellView view(grid, cell);
  Protocol protocol = read_protocol([&](const std::string& axis) { return value_at(grid, cell, axis); },
                                    depth_of(view.network), view.sets_decay());
  Made made;
  Origin from_run;
  const Origin* origin = nullptr;
  if (protocol.copies() && linked.start) {
    from_run = of_run(*linked.start, task::InputRole::start);
    origin = &from_run;
  } else if (protocol.copies()) {
    origin = &of_source(view, view.source);
  }
  const ClassPool& pool = target_pool(view, outputs_for(view, origin, linked));
  const bool is_other = origin && origin->pool->output_names() != pool.output_names();
  if (protocol.last_follows_classes && is_other) {
    protocol.uses.back() = study::UnitUse::fresh;
    note_own_outputs(view, *origin, pool);
  }
  TrainingRequest request = target_request(grid, cell, view, pool);
  request.protocol = protocol;
  if (origin) request.copied = &origin->starts;
  const bool has_front = value_at(grid, cell, "front") != nullptr;
  std::vector<task::UnitStart> starts;
  if (has_front) put_front(request, view, starts);
  Training training = maker_.make(request);
  note_draws(view.target, training.spec.images);
  check_takes_steps(training, view.target);
  if (origin) {
    check_apart(view, *origin, TargetUse::trained);
    const auto& units = *training.units;
    note_normalisation(view, *origin, training.spec);
    check_copies(view, protocol, *origin, pool, {units.begin() + (has_front ? 1 : 0), units.end()});
    if (origin->role == task::InputRole::pretraining) made.source = origin->task;
  }
  if (view.fold > 0 && linked.start && origin) {
    check_same_fold(*linked.start, view.target,
                    task::evaluation_named(training.record, metrics::Subset::valid)->images);
  }
  std::vector<task::Input> inputs;
  if (origin) {
    for (const auto& row : training.spec.units) add_input(inputs, row.start, origin->role);
  }
  made.measured.reserve(training.record.evaluations.size());
  for (const auto& one : training.record.evaluations) made.measured.push_back({one.name, one.images});
  made.task = tasks_.add(std::move(training), std::move(inputs));
  if (pool.outputs_of) pools_onto_[{made.task, view.target}] = &pool;
  return made;
}

}  // namespace espalier::plan
