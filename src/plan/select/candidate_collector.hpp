#pragma once
// The runs one selection may choose from: their measurements, and what is missing or failed.
#include <set>
#include <string>
#include <vector>

#include "plan/select/choose.hpp"
#include "plan/select/setting.hpp"
#include "plan/task_table.hpp"

namespace espalier::plan {

class CandidateCollector {
 public:
  /// `by_replicate`: replicates count as splits do. Throws CompileError for an unknown metric.
  CandidateCollector(const study::Take& take, const TaskTable& tasks, const Outcomes& outcomes, bool by_replicate);

  /// Throws CompileError where the metric is not recorded.
  void add(const RunRef& ref);

  bool later() const { return !waits_for_.empty(); }  ///< whether some run itself waits for a selection
  const std::set<std::string>& waits_for() const { return waits_for_; }  ///< the keys of these selections
  std::vector<TaskId> needs() const;                                     ///< tasks that have not ended, each once
  const std::vector<Setting>& settings() const { return settings_; }     ///< in the order of the runs: axis order
  const std::vector<std::string>& failures() const { return failures_; }
  bool higher_is_better() const { return metric_.higher_is_better(); }

 private:
  Setting* setting_of(const RunRef& ref);
  Measurement measurement_of(const PlannedRun& run) const;
  void check_recorded(const RunRef& ref) const;
  void measure(const TaskOutcome& outcome, const RunRef& ref, Setting& setting, Measurement measured);
  void fail(const RunRef& ref, Setting& setting, const std::string& why);

  const study::Take& take_;
  const TaskTable& tasks_;
  const Outcomes& outcomes_;
  bool by_replicate_;
  metrics::MetricName metric_;
  std::vector<Setting> settings_;
  std::set<std::string> seen_;  // (setting, cell, task): a cell of two experiments counts once
  std::set<TaskId> needs_;
  std::vector<std::string> failures_;
  std::set<std::string> waits_for_;
};

}  // namespace espalier::plan
