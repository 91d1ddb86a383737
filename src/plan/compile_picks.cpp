// Plans picks: their cells, and for each the run that was chosen, or the choice that it waits for.
#include <algorithm>

#include "espalier/study/needs.hpp"
#include "plan/compiler.hpp"

namespace espalier::plan {

/// Points the run at the task of the run that was chosen for its cell, or says what it waits for.
void Compiler::take_run(PlannedExperiment& experiment, grid::Cell& cell, PlannedRun& run) {
  const Taker taker{&experiment, &cell, 0};
  const auto& decision = selections_->of(taker);
  if (decision.state == Decision::State::pending) run.waits_for = decision.key;
  if (decision.state == Decision::State::impossible) run.aborted = "its choice cannot be made: " + decision.reason;
  if (decision.state != Decision::State::decided) return;
  const auto chosen = selections_->run_of(taker, decision);
  if (!chosen) {
    run.aborted =
        "the setting that was chosen, " + text_of(decision.labels) + ", has no run at " + describe(experiment, cell);
    return;
  }
  const auto& picked = chosen->planned();
  run.task = picked.task;
  run.aborted = picked.aborted;
  run.measured = picked.measured;
  run.redrawn = picked.redrawn;
  run.draws_images = picked.draws_images;
  settle(experiment, cell, *experiment.grid.shapes.front().takes.front(), *chosen);
}

/// Whether runs of some experiment take units from what this pick chooses, or from what another pick chooses of it.
bool Compiler::gives_units(const std::string& pick) const {
  return std::any_of(study_.experiments.begin(), study_.experiments.end(), [&](const study::Experiment& experiment) {
    const auto needs = study::needs_of(experiment);
    const bool needs_it =
        std::any_of(needs.begin(), needs.end(), [&](const study::Need& need) { return need.experiment == pick; });
    if (!needs_it) return false;
    if (experiment.pick) return gives_units(experiment.name);
    const auto links_to = [&](const study::Start& start) { return start.experiment == pick; };
    return (experiment.start && links_to(*experiment.start)) ||
           std::any_of(experiment.units_from.begin(), experiment.units_from.end(),
                       [&](const study::UnitsFrom& units) { return units.run && links_to(*units.run); });
  });
}

/// Whichever of them is chosen, its network will be needed.
void Compiler::keep_candidates(const study::Pick& pick) {
  for (const auto& name : pick.from) {
    for (const auto& run : planned_.at(name)->runs) tasks_.keep_network(run.task);
  }
}

/// A pick plans no task: its runs are some of other experiments, once it is known which.
void Compiler::plan_pick(PlannedExperiment& experiment) {
  picks_.push_back(take_of(*experiment.study->pick, planned_));
  make_pick_grid(experiment, picks_.back(), planned_, sizes_);
  if (gives_units(experiment.study->name)) keep_candidates(*experiment.study->pick);
  const RunIds ids(experiment, sizes_);
  try {
    for (auto& cell : experiment.grid.cells) {
      PlannedRun run;
      run.experiment = experiment.study->name;
      run.id = ids.of(cell);
      take_run(experiment, cell, run);
      run.labels = labels_of(experiment, cell);
      experiment.count.later += !run.waits_for.empty();
      experiment.runs.push_back(std::move(run));
    }
  } catch (const CompileError& error) {
    experiment.refused = true;
    findings_.error(experiment.study->where, key_of(experiment), error.problem, error.once);
  }
  experiment.count.runs = static_cast<std::int64_t>(experiment.runs.size());
}

}  // namespace espalier::plan
