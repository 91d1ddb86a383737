#pragma once
// Table of tasks that keeps equal trainings once: the merge pass.
#include <deque>
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
  std::int64_t fitted = 0;                                ///< images besides them whose features are computed
  std::int32_t classes = 0;                               ///< that a classifier of features tells apart
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
    std::int64_t uses = 0;  ///< runs, or experiments, that would train it on their own
  };

  /// Makes room for the ids of that many trainings.
  void reserve(std::size_t trainings) { index_.reserve(trainings); }
  /// Adds a training; where an equal one exists, widens what that one records.
  /// The networks of `inputs`, added before, will be kept.
  const TaskId& add(Training training, std::vector<task::Input> inputs);
  const TaskId& add(Probe probe, std::vector<task::Input> inputs);
  /// The finished network of a training will be kept; of a probe, and of a task that is not there, there is none.
  void keep_network(const TaskId& id);
  /// Counts a use of a training; of a probe nothing is counted.
  void add_use(const TaskId& id);
  /// Null for a probe.
  const Entry* find(const TaskId& id) const;
  /// Index into all() of a training that is there.
  std::size_t number_of(const TaskId& id) const { return index_.at(id); }
  /// What a task uses; empty for one that is not there.
  const std::vector<task::Input>& inputs_of(const TaskId& id) const;
  const std::vector<ProbeEntry>& probes() const { return probes_; }
  std::vector<ProbeEntry>& probes() { return probes_; }
  const std::deque<Entry>& all() const { return entries_; }
  std::deque<Entry>& all() { return entries_; }

  /// Moves the tasks out, each behind those it needs, and leaves the table empty.
  std::vector<task::Task> take();

 private:
  std::deque<Entry> entries_;  // large: a growing vector would move them again and again
  std::unordered_map<TaskId, std::size_t> index_;
  std::vector<ProbeEntry> probes_;
  std::unordered_map<TaskId, std::size_t> probe_index_;
};

}  // namespace espalier::plan
