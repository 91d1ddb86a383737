// Adds trainings by id and widens what an equal one records.
#include "plan/task_table.hpp"

#include <algorithm>

namespace espalier::plan {
namespace {

/// Widens what is recorded; `evaluated` stays in step with the evaluations.
template <class Evaluated>
void widen(Evaluated& known, const Evaluated& more) {
  if (known.record == more.record) return;
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

void TaskTable::keep_network(const TaskId& id) {
  const auto known = index_.find(id);
  if (known == index_.end()) return;
  auto& record = entries_[known->second].training.record;
  const bool is_kept = record.keep == task::Keep::last || record.keep == task::Keep::all;
  if (!is_kept) record = task::both(record, {{}, task::Keep::last});
}

const TaskId& TaskTable::add(Training training, std::vector<task::Input> inputs) {
  for (const auto& input : inputs) keep_network(input.task);
  TaskId id = task::task_id(training.spec);
  const auto [known, fresh] = index_.try_emplace(id, entries_.size());
  if (!fresh) {
    auto& entry = entries_[known->second];
    widen(entry.training, training);
    return entry.id;
  }
  const auto trained = std::count_if(training.spec.units.begin(), training.spec.units.end(),
                                     [](const task::UnitRow& row) { return row.trained != task::Trained::no; });
  entries_.push_back({id, std::move(training), std::move(inputs), static_cast<std::int32_t>(trained), {}, 0, 0});
  return entries_.back().id;
}

const TaskId& TaskTable::add(Probe probe, std::vector<task::Input> inputs) {
  for (const auto& input : inputs) keep_network(input.task);
  const TaskId id = task::task_id(probe.spec);
  const auto [known, fresh] = probe_index_.try_emplace(id, probes_.size());
  if (fresh) probes_.push_back({id, std::move(probe), std::move(inputs), {}, 0});
  else widen(probes_[known->second].probe, probe);
  return probes_[known->second].id;
}

void TaskTable::add_use(const TaskId& id) {
  const auto known = index_.find(id);
  if (known != index_.end()) ++entries_[known->second].uses;
}

const std::vector<task::Input>& TaskTable::inputs_of(const TaskId& id) const {
  static const std::vector<task::Input> kNone;
  const auto probe = probe_index_.find(id);
  if (probe != probe_index_.end()) return probes_[probe->second].inputs;
  const auto* entry = find(id);
  return entry ? entry->inputs : kNone;
}

const TaskTable::Entry* TaskTable::find(const TaskId& id) const {
  const auto known = index_.find(id);
  return known == index_.end() ? nullptr : &entries_[known->second];
}

std::vector<task::Task> TaskTable::take() {
  std::vector<task::Task> tasks;
  tasks.reserve(entries_.size() + probes_.size());
  for (auto& entry : entries_) {
    task::Task& task = tasks.emplace_back();
    task.id = entry.id;
    task.record = std::move(entry.training.record);
    task.form = entry.form;
    task.inputs = std::move(entry.inputs);
    task.cost_s = entry.cost_s;
    task.images = entry.training.images;
    task.epoch_images = entry.training.epoch_images;
    task.work = std::move(entry.training.spec);
  }
  for (auto& entry : probes_) {
    task::Task& task = tasks.emplace_back();
    task.id = entry.id;
    task.record = std::move(entry.probe.record);
    task.form = entry.form;
    task.inputs = std::move(entry.inputs);
    task.cost_s = entry.cost_s;
    task.measured_data = std::move(entry.probe.measured_data);
    task.work = std::move(entry.probe.spec);
  }
  entries_.clear();
  index_.clear();
  probes_.clear();
  probe_index_.clear();
  return tasks;
}

}  // namespace espalier::plan
