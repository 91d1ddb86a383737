// Runs the steps of a compilation in order and collects what is wrong with each experiment.
#include "plan/compiler.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include "espalier/core/errors.hpp"
#include "espalier/grid/condition.hpp"
#include "espalier/study/parse.hpp"
#include "plan/coarse_checks.hpp"
#include "plan/cost/cost_model.hpp"
#include "plan/cost/forms.hpp"
#include "plan/cost/shared_images.hpp"
#include "plan/cost/sharing_report.hpp"
#include "plan/experiment_order.hpp"
#include "plan/only.hpp"

namespace espalier::plan {
namespace {

constexpr const char* kSameCell = "same cell twice";

/// The top group's `first`, written as a value of the axis decay_epoch.
study::Value decay_of(const study::TrainValues& values) {
  for (const auto& group : values.rates) {
    if (group.units != "top" || !group.first) continue;
    if (group.first->unit == study::Duration::Unit::epochs) return group.first->count;
    return to_string(*group.first);
  }
  return "never";
}

/// A key of everything that decides whether a cell's protocol is possible, so that equal cells are checked once.
std::string protocol_key(const PlannedExperiment& experiment, const grid::Cell& cell) {
  std::string key = experiment.study->name + '\n' + std::to_string(cell.shape);
  const auto add = [&](const std::string& axis) {
    const auto* value = value_at(experiment.grid, cell, axis);
    key += '\n' + (value ? to_string(*value) : "later");
  };
  for (const auto& axis : study::axes()) {
    if (axis.counts_units) add(axis.name);
  }
  add("network");
  add("per_class");
  return key;
}

bool protocol_is_known(const grid::Grid& grid, const grid::Cell& cell) {
  return knows_protocol([&](const std::string& axis) { return value_at(grid, cell, axis); });
}

void check_protocol(const grid::Grid& grid, const grid::Cell& cell, std::int32_t depth) {
  try {
    read_protocol([&](const std::string& axis) { return value_at(grid, cell, axis); }, depth, false);
  } catch (const CompileError& error) {
    throw CompileError{with_reason(error.problem, "a selection may choose so"), error.once};
  }
}

/// The first runs come without being moved one by one.
void append(std::vector<PlannedRun>& runs, std::vector<PlannedRun> more) {
  if (runs.empty()) runs = std::move(more);
  else runs.insert(runs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

Compiler::Compiler(const study::Study& study, const Facts& facts, const Outcomes& outcomes,
                   const CompileOptions& options)
    : study_(study), facts_(facts), outcomes_(outcomes), options_(options) {}

void Compiler::check_when(const study::Resources& resources) {
  if (resources.when.empty()) return;
  try {
    grid::Condition(resources.when, names_of_resources());
  } catch (const UsageError& error) {
    findings_.error(resources.where, "resources.when", error.problem());
  }
}

void Compiler::check_resources() {
  for (const auto& resources : study_.resources) check_when(resources);
  if (!findings_.has_errors()) resources_.emplace(study_.resources);
}

/// Records for the cell's task the largest number of workers that any of its runs asks for.
void Compiler::ask_for_workers(const PlannedExperiment& experiment, const grid::Cell& cell,
                               const RunTrainings::Made& made) {
  if (!resources_ || resources_->empty()) return;
  const auto ask = [&](const TaskId& id, const ResourceRules::ValueOf& value_of) {
    const auto* entry = tasks_.find(id);
    if (!entry) return;
    const auto workers = resources_->workers_of(value_of, entry->training.images);
    if (workers > 0) asked_[id] = std::max(asked_[id], workers);
  };
  ask(made.task, [&](const std::string& axis) { return value_at(experiment.grid, cell, axis); });
  if (!made.source.empty()) ask(made.source, [](const std::string&) { return nullptr; });
}

/// False where one cannot be made of the data that use it.
bool Compiler::check_label_sets() {
  const auto problems = pools_->label_problems();
  for (const auto& labels : study_.labels) {
    const auto found = problems.find(labels.name);
    if (found != problems.end()) findings_.error(labels.where, "labels." + labels.name, found->second);
  }
  return problems.empty();
}

Plan Compiler::run() {
  check_resources();
  order_ = planning_order(study_, findings_);
  if (findings_.has_errors() || !expand_all()) return std::move(plan_);
  try {
    pools_ = std::make_unique<ClassPools>(study_, facts_, largest_sizes(), plan_.catalog);
    if (!check_label_sets()) return std::move(plan_);
    set_sizes();
    for (const auto& [name, problem] : pools_->left_out())
      findings_.warning(study_.data.at(name).where, "data." + name, problem);
  } catch (const CompileError& error) {
    findings_.error(study_.split.where, "split", error.problem, error.once);
    return std::move(plan_);
  }
  tasks_.reserve(cell_count());
  links_ = std::make_unique<RunLinks>(planned_, sizes_);
  trainings_ = std::make_unique<RunTrainings>(study_, facts_, *pools_, plan_.catalog, tasks_);
  selections_ = std::make_unique<Selections>(planned_, tasks_, outcomes_, sizes_, options_.decided);
  for (const auto index : order_) {
    auto& experiment = *planned_.at(study_.experiments[index].name);
    experiment.refused = experiment.refused || links_->needs_refused(*experiment.study);
    if (experiment.refused) continue;
    if (experiment.study->pick) plan_pick(experiment);
    else plan_experiment(experiment);
  }
  for (const auto& unused : selections_->unused()) {
    findings_.error({}, "--given",
                    {"no selection is asked for what '" + unused + "' gives",
                     "its experiment or its cell is not in the study", "Correct it, or remove it."});
  }
  for (const auto& target : study_.targets) {
    if (const auto* problem = trainings_->warning_of(target.name))
      findings_.warning(target.where, "target." + target.name, *problem);
  }
  if (!findings_.has_errors()) finish();
  if (!findings_.has_errors()) check_coarse_classes(study_, facts_, plan_, findings_);
  return std::move(plan_);
}

grid::GridContext Compiler::grid_context() {
  auto context = study::grid_context_of(study_);
  TrainSettings settings(study_);
  for (const auto& target : study_.targets) {
    context.decay_epoch[target.name] = decay_of(settings.of(Role::target, target.name, {}));
  }
  return context;
}

bool Compiler::within_limit() {
  const auto context = grid_context();
  double sum = 0;
  for (const auto& experiment : study_.experiments) {
    if (experiment.pick) continue;  // its runs are some of others
    try {
      sum += grid::product(experiment, context);
    } catch (const UsageError&) {
      continue;  // expand() reports the same
    }
    if (sum <= static_cast<double>(study_.max_runs)) continue;
    findings_.error(experiment.where, "experiment." + experiment.name,
                    {"the study multiplies out to more than " + std::to_string(study_.max_runs) + " runs",
                     "with this experiment there are " + study::to_string(study::Value(sum)) + " before exclusions",
                     "Shorten an axis, or raise study.max_runs."});
    return false;
  }
  return true;
}

bool Compiler::expand_all() {
  if (!within_limit()) return false;
  const auto context = grid_context();
  for (const auto index : order_) {
    const auto& experiment = study_.experiments[index];
    auto planned = std::make_unique<PlannedExperiment>();
    planned->study = &experiment;
    const auto before = plan_.diagnostics.size();
    if (!experiment.pick) planned->grid = grid::expand(experiment, context, plan_.diagnostics);
    planned->refused = plan_.diagnostics.size() > before;
    planned->count.name = experiment.name;
    planned->count.excluded = planned->grid.excluded;
    planned_[experiment.name] = std::move(planned);
  }
  return true;
}

std::size_t Compiler::cell_count() const {
  std::size_t count = 0;
  for (const auto& [name, planned] : planned_) count += planned->grid.cells.size();
  return count;
}

void Compiler::refuse(PlannedExperiment& experiment, const grid::Cell& cell, const CompileError& error) {
  experiment.refused = true;
  const std::string at = "in experiment '" + experiment.study->name + "' at " + describe(experiment, cell);
  findings_.error(experiment.study->where, key_of(experiment), with_reason(error.problem, at), error.once,
                  error.in_study);
}

Compiler::Taking Compiler::take_values(PlannedExperiment& experiment, grid::Cell& cell, PlannedRun& run) {
  const auto& grid = experiment.grid;
  const auto& shape = grid.shapes[static_cast<std::size_t>(cell.shape)];
  for (std::size_t t = 0; t < shape.takes.size(); ++t) {
    const auto& take = *shape.takes[t];
    const auto& decision = selections_->of({&experiment, &cell, t});
    if (decision.state == Decision::State::impossible) {
      run.aborted = "its selection cannot be made: " + decision.reason;
      return Taking::aborted;
    }
    if (decision.state == Decision::State::pending) {
      if (run.waits_for.empty()) run.waits_for = decision.key;
      continue;
    }
    for (std::size_t v = 0; v < take.values.size(); ++v) {
      const auto column = static_cast<std::size_t>(grid.column(take.values[v]));
      if (shape.origins[column] == grid::Origin::taken && !cell.values[column])
        cell.values[column] = decision.chosen[v];
    }
  }
  return run.waits_for.empty() ? Taking::settled : Taking::waiting;
}

/// Checks the values that a selection may choose, so that impossible ones are reported now rather than when chosen.
void Compiler::foresee(const PlannedExperiment& experiment, const grid::Cell& cell, grid::Rules& rules) {
  const auto& grid = experiment.grid;
  const auto& shape = grid.shapes[static_cast<std::size_t>(cell.shape)];
  if (!foreseen_.insert(protocol_key(experiment, cell)).second) return;
  const auto* network = value_at(grid, cell, "network");
  for (std::size_t t = 0; network && t < shape.takes.size(); ++t) {
    for (const auto& setting : selections_->possible({&experiment, &cell, t})) {
      grid::Cell filled = cell;
      for (const auto& label : setting) {
        auto& value = filled.values[static_cast<std::size_t>(grid.column(label.axis))];
        if (!value) value = study::parse_value(label.value);
      }
      if (!protocol_is_known(grid, filled) || rules.excluding(filled.values)) continue;
      check_protocol(grid, filled, trainings_->depth_of(to_string(*network)));
    }
  }
}

bool Compiler::add_task(PlannedExperiment& experiment, const grid::Cell& cell, PlannedRun& run) {
  try {
    const LinkedRuns linked = links_->of(experiment, cell);
    if (const auto* waiting = linked.waiting()) {
      run.waits_for = waiting->waits_for;
      return true;
    }
    if (const auto* aborted = linked.aborted()) {
      run.aborted =
          "a run of experiment '" + aborted->experiment + "' that it starts from has no network: " + aborted->aborted;
      return true;
    }
    auto made = trainings_->add(experiment, cell, linked);
    run.task = made.task;
    run.measured = std::move(made.measured);
    run.redrawn = made.redrawn;
    run.draws_images = made.draws_images;
    ask_for_workers(experiment, cell, made);
    tasks_.add_use(made.task);
    if (!made.source.empty() && experiment.sources.insert(made.source).second) tasks_.add_use(made.source);
    return true;
  } catch (const CompileError& error) {
    const auto& shape = experiment.grid.shapes[static_cast<std::size_t>(cell.shape)];
    if (shape.takes.empty()) {
      refuse(experiment, cell, error);
      return false;
    }
    const auto& [problem, why, suggestion] = error.problem;
    run.aborted = problem + (why.empty() ? "" : " (" + why + ")");  // the study is right, the chosen value is not
    return true;
  }
}

void Compiler::plan_experiment(PlannedExperiment& experiment) {
  grid::Rules rules(experiment.study->excludes, experiment.grid.columns);
  const RunIds ids(experiment, sizes_);
  std::vector<grid::Cell> kept;
  std::unordered_set<RunId> seen;
  const auto cells = experiment.grid.cells.size();
  kept.reserve(cells);
  seen.reserve(cells);
  experiment.runs.reserve(cells);
  for (auto& cell : experiment.grid.cells) {
    try {
      PlannedRun run;
      run.experiment = experiment.study->name;
      run.id = ids.of(cell);
      if (!seen.insert(run.id).second) {
        ++experiment.count.excluded[kSameCell];
        continue;
      }
      const auto taking = take_values(experiment, cell, run);
      const auto* rule = experiment.grid.shapes[static_cast<std::size_t>(cell.shape)].takes.empty()
                             ? nullptr
                             : rules.excluding(cell.values);
      if (rule) {
        ++experiment.count.excluded[*rule];
        continue;
      }
      if (taking == Taking::waiting) foresee(experiment, cell, rules);
      if (taking == Taking::settled && !add_task(experiment, cell, run)) continue;
      run.labels = labels_of(experiment, cell);
      experiment.count.later += !run.waits_for.empty();
      experiment.runs.push_back(std::move(run));
      kept.push_back(std::move(cell));
    } catch (const CompileError& error) {
      refuse(experiment, cell, error);
    } catch (const UsageError& error) {
      refuse(experiment, cell, {error.problem()});
    }
  }
  experiment.grid.cells = std::move(kept);
  experiment.count.runs = static_cast<std::int64_t>(experiment.runs.size());
}

void Compiler::finish() {
  CostModel costs(options_.calibration);
  plan_.refused = choose_forms(tasks_, plan_.catalog, costs, options_);
  learn_costs(tasks_, outcomes_, costs);
  choose_probe_forms(tasks_, options_);
  if (options_.passes.groups) choose_groups(tasks_, costs, asked_, options_);
  std::optional<SharingReport> report;
  if (options_.account) {
    report.emplace(tasks_, costs, options_.threads);
    plan_.passes = report->of_merging();
    report->add_sharing(plan_.passes, options_.passes);
    plan_.probes = probes_of(tasks_);
    plan_.shared = shared_images_of(tasks_, plan_.catalog);
  }
  for (const auto& [name, data] : facts_.data) plan_.provisional = plan_.provisional || data.provisional;
  for (const auto& experiment : study_.experiments) {
    auto& planned = *planned_.at(experiment.name);
    plan_.experiments.push_back(planned.count);
    append(plan_.runs, std::move(planned.runs));
  }
  plan_.selections = selections_->outcomes();
  plan_.pending = selections_->pending();
  std::set<TaskId> wanted;
  const bool all = options_.only.empty();
  try {
    if (!all) wanted = tasks_of_selected_runs(plan_.runs, options_.only, tasks_, selections_->waits());
  } catch (const UsageError& error) {
    findings_.error({}, "--only", error.problem());
    return;
  }
  for (const auto& entry : tasks_.all()) {
    if (all || wanted.contains(entry.id)) plan_.disk_bytes += disk_bytes(entry.training);
  }
  const auto is_to_do = [&](const TaskTable::Entry& entry) {
    const auto outcome = outcomes_.find(entry.id);
    const bool trains = outcome == outcomes_.end() || work_left(outcome->second, entry.training.record) == Work::train;
    return (all || wanted.contains(entry.id)) && trains;
  };
  if (report) plan_.device_hours = report->hours(options_.passes, is_to_do);
  for (const auto& entry : tasks_.probes()) {
    const auto outcome = outcomes_.find(entry.id);
    const bool is_done = outcome != outcomes_.end() && work_left(outcome->second, entry.probe.record) == Work::none;
    if (is_done || !(all || wanted.contains(entry.id))) continue;
    if (report) plan_.device_hours += entry.cost_s / 3600;
    plan_.features_bytes = std::max(plan_.features_bytes, features_bytes(entry.probe));
  }
  plan_.tasks = tasks_.take();
  if (!all) std::erase_if(plan_.tasks, [&](const task::Task& task) { return !wanted.contains(task.id); });
  for (const auto& task : plan_.tasks) {
    const auto outcome = outcomes_.find(task.id);
    const Work left = work_left(task, outcomes_);
    plan_.done += left == Work::none;
    plan_.remeasured += left == Work::measure;
    plan_.again += left == Work::train && outcome != outcomes_.end() && outcome->second.state == task::RunState::done;
  }
}

Plan compile(const study::Study& study, const Facts& facts, const Outcomes& outcomes, const CompileOptions& options) {
  return Compiler(study, facts, outcomes, options).run();
}

}  // namespace espalier::plan
