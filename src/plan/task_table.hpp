#pragma once
// Table of tasks that keeps equal trainings once: the merge pass.
#include <unordered_map>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

class TaskTable {
 public:
  struct Entry {
    TaskId id;
    task::TaskKind kind = task::TaskKind::train;
    Training training;
    std::vector<TaskId> needs;
    std::int32_t trained_units = 0;
    task::NumericForm form;
    double cost_s = 0;
  };

  /// Adds a training; where an equal one exists, widens what that one records.
  const TaskId& add(Training training, task::TaskKind kind, std::vector<TaskId> needs);
  const Entry* find(const TaskId& id) const;
  const std::vector<Entry>& all() const { return entries_; }
  std::vector<Entry>& all() { return entries_; }

  /// Moves the tasks out, each behind those it needs, and leaves the table empty.
  std::vector<task::Task> take();

 private:
  std::vector<Entry> entries_;
  std::unordered_map<TaskId, std::size_t> index_;
};

}  // namespace espalier::plan
