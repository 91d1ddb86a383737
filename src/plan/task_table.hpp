#pragma once
// Table of tasks that keeps equal trainings once: the merge pass.
#include <unordered_map>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "plan/training_maker.hpp"

namespace espalier::plan {

/// A probe and quantities derived from it.
struct Probe {
  task::ProbeSpec spec;
  task::RecordSpec record;
  std::vector<std::int64_t> evaluated;                    ///< images of each of `record.evaluations`
  std::string measured_data;                              ///< digest of the pack that most of them are in
  const std::vector<network::UnitCost>* units = nullptr;  ///< owned by the maker
};

class TaskTable {
 public:
  struct ProbeEntry {
    TaskId id;
    Probe probe;
    std::vector<task::Input> inputs;
    task::NumericForm form;
    double cost_s = 0;
  };

  struct Entry {
    TaskId id;
    Training training;
    std::vector<task::Input> inputs;
    std::int32_t trained_units = 0;
    task::NumericForm form;
    double cost_s = 0;
  };

  /// Adds a training; where an equal one exists, widens what that one records.
  /// The networks of `inputs`, added before, will be kept.
  const TaskId& add(Training training, std::vector<task::Input> inputs);
  const TaskId& add(Probe probe, std::vector<task::Input> inputs);
  /// Null for a probe.
  const Entry* find(const TaskId& id) const;
  /// What a task uses; empty for one that is not there.
  const std::vector<task::Input>& inputs_of(const TaskId& id) const;
  const std::vector<ProbeEntry>& probes() const { return probes_; }
  std::vector<ProbeEntry>& probes() { return probes_; }
  const std::vector<Entry>& all() const { return entries_; }
  std::vector<Entry>& all() { return entries_; }

  /// Moves the tasks out, each behind those it needs, and leaves the table empty.
  std::vector<task::Task> take();

 private:
  void keep_networks_of(const std::vector<task::Input>& inputs);

  std::vector<Entry> entries_;
  std::unordered_map<TaskId, std::size_t> index_;
  std::vector<ProbeEntry> probes_;
  std::unordered_map<TaskId, std::size_t> probe_index_;
};

}  // namespace espalier::plan
