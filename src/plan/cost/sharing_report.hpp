#pragma once
// Computes what each pass saves: trained images and device hours before and after it.
#include <functional>
#include <unordered_map>

#include "plan/cost/cost_model.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

using Wanted = std::function<bool(const TaskTable::Entry&)>;

class SharingReport {
 public:
  /// Call after forms have been chosen. `tasks` must not change while this lives.
  SharingReport(const TaskTable& tasks, const CostModel& costs, std::int32_t threads);

  /// Reports on canonicalise and merge.
  std::vector<PassReport> of_merging() const;
  /// Adds reports on stages, features and replicas, as far as they are switched on.
  void add_sharing(std::vector<PassReport>& reports, const Passes& passes) const;
  /// Device hours of the wanted tasks under these passes.
  double hours(const Passes& passes, const Wanted& wanted) const;

 private:
  struct Totals {
    std::int64_t epoch_images = 0;
    double seconds = 0, multiply_adds = 0;
    Totals& operator+=(const Totals& more) {
      epoch_images += more.epoch_images;
      seconds += more.seconds;
      multiply_adds += more.multiply_adds;
      return *this;
    }
  };
  struct Member {
    const TaskTable::Entry* entry = nullptr;
    std::uint64_t features = 0;  ///< hash of prefix and class list: which features it uses
  };
  using Members = std::vector<Member>;
  /// Trainings that could share stages, and the size of their stage tree.
  struct Family {
    Members members;
    std::int64_t tree_steps = 0, tree_images = 0;
  };
  static void grow_tree(Family& family);
  Totals shared(const Family& family, const Passes& passes) const;
  Totals totals(const Passes& passes, const Wanted& wanted) const;
  task::NumericForm form_of(const TaskTable::Entry& entry, const Passes& passes) const;

  const TaskTable& tasks_;
  const CostModel& costs_;
  std::int32_t threads_;
  std::vector<Family> families_;
};

}  // namespace espalier::plan
