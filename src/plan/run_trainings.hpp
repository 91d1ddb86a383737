#pragma once
// Makes the tasks of a grid cell: its training or probe, and the pretraining that it copies units from.
#include <map>
#include <string>

#include "plan/findings.hpp"
#include "plan/planned_experiment.hpp"
#include "plan/run_links.hpp"
#include "plan/task_table.hpp"
#include "plan/train_settings.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

/// Whether two units have parameters of equal number and shapes.
bool have_equal_parameters(const network::UnitCost& source, const network::UnitCost& target);

/// Adds the task that a unit starts from, if it starts from one, once.
void add_input(std::vector<task::Input>& inputs, const task::UnitStart& start, task::InputRole role);

/// Of a probe that takes the features of the first units: the units behind them are not computed, and start from
/// nothing, whatever network they belong to.
std::vector<task::UnitStart> starts_of(const std::vector<task::UnitStart>& network, std::int32_t features);

/// The probe that sees images as a training with this spec does.
Probe seen_as(const task::TrainSpec& seen, task::ProbeMethod method, std::int32_t features);

class RunTrainings {
 public:
  RunTrainings(const study::Study& study, const Facts& facts, ClassPools& pools, task::Catalog& catalog,
               TaskTable& tasks);

  struct Made {
    TaskId task;
    TaskId source;  ///< empty: nothing is copied from a pretraining
    std::vector<RunImages> measured;
    bool redrawn = false, draws_images = false;  ///< as of a run
  };
  /// A source's and a target's images, `count` of each to be drawn.
  struct Compared {
    task::ImageSetSpec source, target;
    std::int64_t count = 0;
    std::int64_t half = 0;  ///< of each that either half of its classes' images has for sure
    std::uint64_t seed = 0;
  };
  /// Adds the cell's tasks to the table; runs that it is linked to have tasks. Throws CompileError where the cell
  /// cannot be trained, or measured.
  Made add(const PlannedExperiment& experiment, const grid::Cell& cell, const LinkedRuns& linked);

  /// Number of units of a network. Throws CompileError for an unknown one.
  std::int32_t depth_of(const std::string& network) const { return network_of(network).spec->depth(); }

  /// What users should know of the runs of a target that were added so far; null where there is nothing.
  const Problem* warning_of(const std::string& target) const {
    const auto found = warnings_.find(target);
    return found == warnings_.end() ? nullptr : &found->second;
  }

 private:
  struct CellView;
  /// A network that units are copied from.
  struct Origin {
    std::vector<task::UnitStart> starts;  ///< by unit: where one that is copied from it comes from
    TaskId task;                          ///< that trains it; empty for a checkpoint
    task::InputRole role = task::InputRole::pretraining;
    task::TrainSpec spec;  ///< as it was trained; of a checkpoint, as it would be
    const std::vector<network::UnitCost>* units = nullptr;
    std::string name;                 ///< "source 'half'"
    const ClassPool* pool = nullptr;  ///< whose classes its outputs stand for; owned by the pools
  };
  Made add_training(const grid::Grid& grid, const grid::Cell& cell, const LinkedRuns& linked);
  Made add_probe(const PlannedExperiment& experiment, const grid::Cell& cell, const LinkedRuns& linked);
  Made add_of_kind(const PlannedExperiment& experiment, const grid::Cell& cell, const LinkedRuns& linked);
  Origin of_run(const PlannedRun& run, task::InputRole role);
  const ClassPool& pool_of(const PlannedRun& run) const;
  const Origin& of_source(const CellView& view, const std::string& name);
  static std::vector<std::int32_t> units_of(const study::UnitsFrom& taken, const CellView& view);
  Probe probe_from(const std::vector<Origin>& origins, const std::vector<std::size_t>& of_unit,
                   const task::TrainSpec& seen) const;
  void check_fit(const std::vector<Origin>& origins, const std::vector<std::size_t>& of_unit) const;
  std::vector<PoolEvaluation> measured_by(const CellView& view, const ClassPool& pool, const PlannedRun* start) const;
  void check_images(const Probe& probe, const Origin& classifier, const ClassPool& pool, const CellView& view) const;
  void check_shape(const Probe& probe, const ClassPool& pool, const CellView& view) const;
  static CompileError nothing_to_measure(const CellView& view, const ClassPool& pool);
  Made add_told_by_features(const PlannedExperiment& experiment, const grid::Cell& cell, const LinkedRuns& linked);
  Made add_distance(const PlannedExperiment& experiment, const grid::Cell& cell);
  Compared compared(const CellView& view, const Origin& origin, const ClassPool& target);
  Made add_told_apart(const study::Experiment& experiment, const CellView& view, const Origin& origin,
                      const Compared& compared);
  Made add_retrieval(const grid::Grid& grid, const grid::Cell& cell, const LinkedRuns& linked);
  void check_gallery(const CellView& view, const Origin& queries, const Origin& gallery, std::int32_t features) const;
  TaskId add_features(Probe probe);
  std::int32_t features_of(const CellView& view, std::int32_t depth) const;
  void check_features(const CellView& view, const Origin& origin, const Training& seen, std::int32_t features) const;
  TrainingRequest target_request(const grid::Grid& grid, const grid::Cell& cell, const CellView& view,
                                 const ClassPool& pool);
  const ClassPool& own_pool(const CellView& view);
  const ClassPool& target_pool(const CellView& view, const ClassPool* outputs);
  const ClassPool* outputs_for(const CellView& view, const Origin* origin, const LinkedRuns& linked);
  TrainingRequest source_request(const CellView& view, const RoleUse& source, const std::vector<Override>& overrides);
  Origin checkpoint(const study::Source& source, const CellView& view, const RoleUse& use);
  Origin pretraining(const CellView& view, const RoleUse& source, const std::vector<Override>& overrides);
  enum class TargetUse : std::uint8_t { trained, measured };
  void check_apart(const CellView& view, const Origin& origin, TargetUse use) const;
  /// The network behind the cell's unit in front, for images of so many channels. Throws CompileError for an unknown
  /// one.
  const KnownNetwork& with_front(const CellView& view, std::int32_t channels);
  /// Adds the cell's unit in front to a training of which all units are copied; `starts` must outlive the request.
  void put_front(TrainingRequest& request, const CellView& view, std::vector<task::UnitStart>& starts);
  static void check_copies(const CellView& view, const Protocol& protocol, const Origin& origin, const ClassPool& pool,
                           const std::vector<network::UnitCost>& target);
  const KnownNetwork& network_of(const std::string& name) const;
  void note_normalisation(const CellView& view, const Origin& origin, const task::TrainSpec& spec);
  void note_draws(const std::string& target, const task::ImageSetSpec& trained);
  void note_own_outputs(const CellView& view, const Origin& origin, const ClassPool& pool);

  const study::Study& study_;
  const Facts& facts_;
  ClassPools& pools_;
  task::Catalog& catalog_;
  TaskTable& tasks_;
  TrainSettings settings_;
  std::map<std::string, std::vector<metrics::Metric>> asked_;  ///< on request, by experiment
  const std::vector<metrics::Metric>* asked_here_ = nullptr;   ///< of the experiment whose cell is added
  TrainingMaker maker_;
  std::map<std::string, KnownNetwork> networks_;
  struct Fronted {
    network::NetworkSpec spec;
    KnownNetwork known;
  };
  std::map<std::string, Fronted> fronted_;  ///< networks behind a unit in front
  /// By source as it is used, and network with training values.
  std::map<std::pair<RoleUse, std::string>, Origin> origins_;
  bool any_redrawn_ = false;     ///< whether the study has a source that is pretrained anew for each replicate
  bool draws_images_ = false;    ///< whether the cell that is added is trained on images drawn for its replicate
  bool shares_network_ = false;  ///< whether the cell that is added uses a network that is one for all replicates
  std::map<std::string, Problem> warnings_;
  /// By training and target: what it was trained on, where that has a source's outputs.
  std::map<std::pair<TaskId, std::string>, const ClassPool*> pools_onto_;
};

}  // namespace espalier::plan
