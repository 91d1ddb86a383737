// Indexes the runs of experiments by the labels that links ask for, and looks a cell's links up.
#include "plan/run_links.hpp"

#include "espalier/study/needs.hpp"

namespace espalier::plan {

namespace {

template <class Is>
const PlannedRun* first_of(const LinkedRuns& linked, Is is) {
  if (linked.start && is(*linked.start)) return linked.start;
  for (const auto* run : linked.units) {
    if (run && is(*run)) return run;
  }
  return nullptr;
}

}  // namespace

const PlannedRun* LinkedRuns::waiting() const {
  return first_of(*this, [](const PlannedRun& run) { return !run.waits_for.empty(); });
}

const PlannedRun* LinkedRuns::aborted() const {
  return first_of(*this, [](const PlannedRun& run) { return !run.aborted.empty(); });
}

/// Labels in one form, so that "all" and the number it comes to are equal.
std::vector<Label> RunLinks::canonical_labels(const PlannedExperiment& experiment, const grid::Cell& cell) const {
  const std::string place = size_place(experiment.grid, cell);
  std::vector<Label> labels = labels_of(experiment, cell);
  for (auto& label : labels) {
    const auto* value = value_at(experiment.grid, cell, label.axis);
    if (value) label.value = sizes_.text(label.axis, *value, place);
  }
  return labels;
}

const PlannedRun* RunLinks::found(const study::Start& start, const std::vector<Label>& labels) {
  const auto& parent = *planned_.at(start.experiment);
  std::string key = start.experiment;
  for (const auto& axis : start.same) key += "\n" + axis;
  auto known = known_.find(key);
  if (known == known_.end()) {
    std::vector<PlannedRun> runs(parent.runs.size());
    for (std::size_t i = 0; i < runs.size(); ++i) runs[i].labels = canonical_labels(parent, parent.grid.cells[i]);
    known = known_.emplace(key, ParentRuns(runs, start.same)).first;
  }
  const ParentRun answer = known->second.of(labels);
  if (const auto* none = std::get_if<NoRun>(&answer)) throw error_of(*none, start);
  if (const auto* several = std::get_if<SeveralRuns>(&answer)) throw error_of(*several, start);
  return &parent.runs[std::get<FoundRun>(answer).index];
}

LinkedRuns RunLinks::of(const PlannedExperiment& experiment, const grid::Cell& cell) {
  LinkedRuns linked;
  if (!experiment.study->start && experiment.study->units_from.empty()) return linked;
  const auto labels = canonical_labels(experiment, cell);
  if (experiment.study->start) linked.start = found(*experiment.study->start, labels);
  for (const auto& units : experiment.study->units_from) {
    linked.units.push_back(units.run ? found(*units.run, labels) : nullptr);
  }
  return linked;
}

bool RunLinks::needs_refused(const study::Experiment& experiment) const {
  for (const auto& need : study::needs_of(experiment)) {
    if (planned_.at(need.experiment)->refused) return true;
  }
  return false;
}

}  // namespace espalier::plan
