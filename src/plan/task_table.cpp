// Adds trainings by id and widens what an equal one records.
#include "plan/task_table.hpp"

#include <algorithm>

namespace espalier::plan {
namespace {

/// Widens what is recorded; `evaluated` stays in step with the evaluations.
void widen(Training& known, const Training& more) {
  known.record = task::both(known.record, more.record);
  for (auto i = known.evaluated.size(); i < known.record.evaluations.size(); ++i) {
    const auto& added = known.record.evaluations[i];
    for (std::size_t k = 0; k < more.evaluated.size(); ++k) {
      const auto& one = more.record.evaluations[k];
      if (one.name == added.name && one.images == added.images) known.evaluated.push_back(more.evaluated[k]);
    }
  }
}

}  // namespace

const TaskId& TaskTable::add(Training training, task::TaskKind kind, std::vector<TaskId> needs) {
  TaskId id = task::task_id(training.spec);
  const auto [known, fresh] = index_.try_emplace(id, entries_.size());
  if (!fresh) {
    auto& entry = entries_[known->second];
    widen(entry.training, training);
    if (kind == task::TaskKind::pretrain) entry.kind = kind;
    return entry.id;
  }
  const auto trained = std::count_if(training.spec.units.begin(), training.spec.units.end(),
                                     [](const task::UnitRow& row) { return row.trained != task::Trained::no; });
  entries_.push_back(
      {std::move(id), kind, std::move(training), std::move(needs), static_cast<std::int32_t>(trained), {}, 0});
  return entries_.back().id;
}

const TaskTable::Entry* TaskTable::find(const TaskId& id) const {
  const auto known = index_.find(id);
  return known == index_.end() ? nullptr : &entries_[known->second];
}

std::vector<task::Task> TaskTable::take() {
  std::vector<task::Task> tasks;
  tasks.reserve(entries_.size());
  for (auto& entry : entries_) {
    task::Task task;
    task.id = std::move(entry.id);
    task.kind = entry.kind;
    task.record = entry.training.record;
    task.form = entry.form;
    task.needs = std::move(entry.needs);
    task.cost_s = entry.cost_s;
    task.images = entry.training.images;
    task.epoch_images = entry.training.epoch_images;
    task.train = std::move(entry.training.spec);
    tasks.push_back(std::move(task));
  }
  entries_.clear();
  index_.clear();
  return tasks;
}

}  // namespace espalier::plan
