// Adds trainings by id and widens what an equal one records.
#include "plan/task_table.hpp"

#include <algorithm>
#include <numeric>

namespace espalier::plan {
namespace {

task::Keep both_kept(task::Keep a, task::Keep b) {
  const bool last_and_best =
      (a == task::Keep::last && b == task::Keep::best) || (a == task::Keep::best && b == task::Keep::last);
  return last_and_best ? task::Keep::all : std::max(a, b);
}

}  // namespace

task::RecordSpec both(const task::RecordSpec& a, const task::RecordSpec& b) {
  task::RecordSpec all;
  all.evaluate_every = std::gcd(a.evaluate_every, b.evaluate_every);  // 0, the last only, is contained in every beat
  all.valid = a.valid || b.valid;
  all.test = a.test || b.test;
  all.fit = a.fit || b.fit;
  all.keep = both_kept(a.keep, b.keep);
  return all;
}

const TaskId& TaskTable::add(Training training, task::TaskKind kind, std::vector<TaskId> needs) {
  TaskId id = task::task_id(training.spec);
  const auto [known, fresh] = index_.try_emplace(id, entries_.size());
  if (!fresh) {
    auto& entry = entries_[known->second];
    entry.training.record = both(entry.training.record, training.record);
    if (kind == task::TaskKind::pretrain) entry.kind = kind;
    return entry.id;
  }
  const auto trained = std::count_if(training.spec.units.begin(), training.spec.units.end(),
                                     [](const task::UnitRow& row) { return row.trained != task::Trained::no; });
  entries_.push_back({id, kind, std::move(training), std::move(needs), static_cast<std::int32_t>(trained), {}, 0});
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
    task.id = entry.id;
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
