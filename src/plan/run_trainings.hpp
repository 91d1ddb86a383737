#pragma once
// Makes the tasks of a grid cell: its training, and the pretraining that it copies units from.
#include <map>
#include <string>

#include "plan/planned_experiment.hpp"
#include "plan/recipe.hpp"
#include "plan/task_table.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

class RunTrainings {
 public:
  RunTrainings(const study::Study& study, const Facts& facts, ClassPools& pools, task::Catalog& catalog,
               TaskTable& tasks);

  struct Made {
    TaskId task;
    TaskId source;  ///< empty: nothing is copied from a pretraining
    std::vector<RunImages> measured;
  };
  /// Adds the cell's tasks to the table. Throws Refusal where the cell cannot be trained.
  Made add(const grid::Grid& grid, const grid::Cell& cell);

  /// Number of units of a network. Throws Refusal for an unknown one.
  std::int32_t depth_of(const std::string& network) const { return network_of(network).spec->depth(); }

 private:
  struct CellView;
  struct Origin {
    task::UnitStart start;
    TaskId task;
    const std::vector<network::UnitCost>* units = nullptr;
  };
  const Origin& origin_of(const CellView& view);
  Origin checkpoint(const study::Source& source, const CellView& view);
  Origin pretraining(const CellView& view, const std::vector<Override>& overrides, std::int64_t replicate);
  void check_copies(const CellView& view, const Protocol& protocol, const Origin& origin,
                    const std::vector<network::UnitCost>& target);
  const KnownNetwork& network_of(const std::string& name) const;

  const study::Study& study_;
  const Facts& facts_;
  ClassPools& pools_;
  TaskTable& tasks_;
  Recipes recipes_;
  TrainingMaker maker_;
  std::map<std::string, KnownNetwork> networks_;
  std::map<std::string, Origin> origins_;
};

}  // namespace espalier::plan
