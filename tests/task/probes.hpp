#pragma once
// A probe, and a training above the same units, for tests of what they share and how they differ.
#include "espalier/task/task.hpp"

namespace espalier::task::testing {

inline const TaskId kFrom = TaskId::of(sha256("a finished run"));

/// Measures a network whose three units come from one run.
inline Task some_probe() {
  ProbeSpec probe;
  probe.identity_version = kIdentityVersion;
  probe.network = "network";
  probe.labels = "labels";
  probe.input = {3, 8, 8};
  probe.units.assign(3, {StartKind::task, kFrom, {}});
  Task task;
  task.id = task_id(probe);
  task.work = probe;
  task.inputs = {{kFrom, InputRole::measured}};
  task.form.cached_units = 2;
  task.measured_data = "data";
  return task;
}

/// Trains the last unit above the first two of the same network.
inline Task some_training() {
  TrainSpec spec = untrained(*probe_of(some_probe()));
  spec.images.data = "data";
  spec.units[2] = {{}, Trained::all, {{{}, 0.1f}}};
  Task task;
  task.work = spec;
  task.form.cached_units = 2;
  return task;
}

}  // namespace espalier::task::testing
