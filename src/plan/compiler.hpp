#pragma once
// Compiles one study: expands experiments, takes selections, makes tasks, chooses their numeric forms.
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>

#include "espalier/grid/rules.hpp"
#include "plan/class_pools.hpp"
#include "plan/cost/groups.hpp"
#include "plan/findings.hpp"
#include "plan/planned_experiment.hpp"
#include "plan/run_trainings.hpp"
#include "plan/select/pick_grid.hpp"
#include "plan/select/selections.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

class Compiler {
 public:
  Compiler(const study::Study& study, const Facts& facts, const Outcomes& outcomes, const CompileOptions& options);
  Plan run();

 private:
  bool check_label_sets();
  bool expand_all();
  void check_when(const study::Resources& resources);
  void check_resources();
  void ask_for_workers(const PlannedExperiment& experiment, const grid::Cell& cell, const RunTrainings::Made& made);
  bool within_limit();
  grid::GridContext grid_context();
  std::map<std::string, std::int64_t> largest_sizes() const;
  void set_sizes();
  std::size_t cell_count() const;
  void plan_experiment(PlannedExperiment& experiment);
  void plan_pick(PlannedExperiment& experiment);
  bool gives_units(const std::string& pick) const;
  void keep_candidates(const study::Pick& pick);
  void take_run(PlannedExperiment& experiment, grid::Cell& cell, PlannedRun& run);
  enum class Taking : std::uint8_t { settled, waiting, aborted };
  Taking take_values(PlannedExperiment& experiment, grid::Cell& cell, PlannedRun& run);
  void foresee(const PlannedExperiment& experiment, const grid::Cell& cell, grid::Rules& rules);
  bool add_task(PlannedExperiment& experiment, const grid::Cell& cell, PlannedRun& run);
  void refuse(PlannedExperiment& experiment, const grid::Cell& cell, const CompileError& error);
  void finish();

  const study::Study& study_;
  const Facts& facts_;
  const Outcomes& outcomes_;
  const CompileOptions& options_;
  Plan plan_;
  Findings findings_{plan_.diagnostics};
  std::vector<std::size_t> order_;
  std::map<std::string, std::unique_ptr<PlannedExperiment>> planned_;
  CanonicalSizes sizes_;
  TaskTable tasks_;
  std::unique_ptr<ClassPools> pools_;
  std::unique_ptr<RunLinks> links_;
  std::unique_ptr<RunTrainings> trainings_;
  std::unique_ptr<Selections> selections_;
  std::deque<study::Take> picks_;  ///< the choices of picks, as takes; their grids point to them
  std::set<std::string> foreseen_;
  std::optional<ResourceRules> resources_;
  std::unordered_map<TaskId, std::int32_t> asked_;  ///< workers of tasks, by [[resources]]
};

}  // namespace espalier::plan
