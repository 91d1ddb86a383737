#pragma once
// What each pass is worth: trained images and device hours before and after it.
#include <functional>
#include <unordered_map>

#include "plan/cost_model.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

using Wanted = std::function<bool(const TaskTable::Entry&)>;

class SharingReport {
 public:
  SharingReport(const TaskTable& tasks, const CostModel& costs, std::int32_t threads)
      : tasks_(tasks), costs_(costs), threads_(threads) {}

  /// canonicalise and merge; `uses`: how many runs would train each task by themselves.
  std::vector<PassReport> of_merging(const std::unordered_map<TaskId, std::int64_t>& uses) const;
  /// stages, features, fuse, as far as they are on. Call once forms are chosen.
  void add_sharing(std::vector<PassReport>& reports, const Passes& passes) const;
  /// Of the wanted tasks under these passes.
  double hours(const Passes& passes, const Wanted& wanted) const;

 private:
  struct Totals {
    std::int64_t epoch_images = 0;
    double seconds = 0;
  };
  Totals totals(const Passes& passes, const Wanted& wanted) const;
  task::NumericForm form_of(const TaskTable::Entry& entry, const Passes& passes) const;

  const TaskTable& tasks_;
  const CostModel& costs_;
  std::int32_t threads_;
};

}  // namespace espalier::plan
