#pragma once
// Compiling in tests, and results made up for tasks.
#include <catch2/catch.hpp>
#include <functional>

#include "support/rows.hpp"
#include "support/study_builder.hpp"

namespace espalier::support {

/// Compiles and fails the test on any diagnostic.
inline plan::Plan compiled(const study::Study& study, const plan::Outcomes& outcomes = {},
                           const plan::CompileOptions& options = {}, const plan::Facts& facts = small_facts()) {
  plan::Plan plan = plan::compile(study, facts, outcomes, options);
  for (const auto& diagnostic : plan.diagnostics) {
    if (diagnostic.severity == study::Diagnostic::Severity::error) FAIL(study::format(diagnostic, "study"));
  }
  return plan;
}

/// All diagnostics of a study that cannot be compiled, a line each.
inline std::string complaints(const study::Study& study, const plan::Facts& facts = small_facts()) {
  std::string all;
  for (const auto& diagnostic : plan::compile(study, facts, {}, {}).diagnostics)
    all += study::format(diagnostic, "study") + "\n";
  return all;
}

inline const task::Task* task_of(const plan::Plan& plan, const TaskId& id) {
  for (const auto& task : plan.tasks) {
    if (task.id == id) return &task;
  }
  return nullptr;
}

/// The run of an experiment with these labels; fails the test if there is none.
inline const plan::PlannedRun& run_where(const plan::Plan& plan, const std::string& experiment,
                                         const std::vector<plan::Label>& labels) {
  for (const auto& run : plan.runs) {
    bool fits = run.experiment == experiment;
    for (const auto& label : labels) fits = fits && run.label(label.axis) && *run.label(label.axis) == label.value;
    if (fits) return run;
  }
  throw std::runtime_error("no such run in " + experiment);
}

/// The tasks whose networks others use as sources.
inline std::set<TaskId> pretrainings(const plan::Plan& plan) {
  std::set<TaskId> sources;
  for (const auto& task : plan.tasks) {
    for (const auto& input : task.inputs) {
      if (input.role == task::InputRole::pretraining) sources.insert(input.task);
    }
  }
  return sources;
}

inline int number(const plan::PlannedRun& run, const std::string& axis) { return std::stoi(*run.label(axis)); }

/// A finished task with this validation accuracy (of 1000) and loss at its end.
inline plan::TaskOutcome finished(const task::Task& task, int right, double loss = 1) {
  plan::TaskOutcome outcome;
  outcome.state = task::RunState::done;
  outcome.recorded = task.record;
  const auto row = [&](std::int32_t epoch, int top1) {
    const auto* valid = task::evaluation_named(task.record, metrics::Subset::valid);
    return testing::measured_row(epoch, metrics::Subset::valid, loss, top1, top1, 1000,
                                 valid ? valid->images : ImageSetId{});
  };
  outcome.rows = {row(1, 999), row(task::training(task).length.epoch, right)};  // the final row counts, not the best
  return outcome;
}

/// Every task of the plan finished: pretrainings anyhow, the tasks of runs as `right` says.
inline plan::Outcomes all_finished(const plan::Plan& plan, const std::function<int(const plan::PlannedRun&)>& right) {
  plan::Outcomes outcomes;
  for (const auto& task : plan.tasks) outcomes[task.id] = finished(task, 500);
  for (const auto& run : plan.runs) {
    if (const auto* task = task_of(plan, run.task)) outcomes[run.task] = finished(*task, right(run));
  }
  return outcomes;
}

}  // namespace espalier::support
