// Reduces a plan to one task of every distinct shape, for `run --smoke`.
#include <map>
#include <set>

#include "espalier/runtime/launch.hpp"

namespace espalier::runtime {

namespace {

/// A hash of what decides a task's code path: everything except seeds, images, lengths and the size of rates.
Digest shape_of(const task::Task& task) {
  task::TrainSpec spec = task::as_training(task);
  spec.init_seed = spec.order_seed = spec.mask_seed = spec.augment_seed = 0;
  spec.images.labels.clear();
  spec.images.sample.count = 0;
  spec.length = {};
  for (auto& unit : spec.units) {
    unit.start.task = {};
    for (std::size_t i = 0; i < unit.rates.size(); ++i) unit.rates[i] = {{static_cast<std::int32_t>(i), 0}, 1};
    if (unit.rates.size() > 1) unit.rates.resize(1);
  }
  return frame::canonical_digest(spec);
}

class Selection {
 public:
  explicit Selection(const plan::Plan& plan) {
    for (const auto& task : plan.tasks) by_id_[task.id] = &task;
  }
  void add(const task::Task& task) {
    if (!ids.insert(task.id).second) return;
    shapes_.insert(shape_of(task));
    for (const auto& input : task.inputs) add(*by_id_.at(input.task));
  }
  bool has_shape_of(const task::Task& task) const { return shapes_.contains(shape_of(task)); }

  std::set<TaskId> ids;

 private:
  std::map<TaskId, const task::Task*> by_id_;
  std::set<Digest> shapes_;
};

}  // namespace

plan::Plan one_of_each_shape(plan::Plan plan) {
  Selection chosen(plan);
  // Goes backwards, because later tasks bring the earlier ones that they need along.
  for (auto task = plan.tasks.rbegin(); task != plan.tasks.rend(); ++task) {
    if (!chosen.has_shape_of(*task)) chosen.add(*task);
  }
  std::erase_if(plan.tasks, [&](const task::Task& task) { return !chosen.ids.contains(task.id); });
  std::erase_if(plan.runs, [&](const plan::PlannedRun& run) { return !chosen.ids.contains(run.task); });
  plan.pending.clear();
  plan.selections.clear();
  return plan;
}

}  // namespace espalier::runtime
