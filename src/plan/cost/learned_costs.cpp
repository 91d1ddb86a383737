// Corrects costs by the times in the journal, and lists the tasks a calibration has to measure.
#include <set>

#include "plan/cost/forms.hpp"

namespace espalier::plan {

namespace {

struct Seen {
  double seconds = 0, predicted = 0;
  bool is_known() const { return seconds > 0 && predicted > 0; }
  Seen& operator+=(const Seen& other) {
    seconds += other.seconds;
    predicted += other.predicted;
    return *this;
  }
};

/// Adds a task to be measured for the key of this form, unless the key has one.
void add_probe(const TaskTable::Entry& entry, const task::NumericForm& form, std::set<std::string>& known,
               std::vector<CostProbe>& probes) {
  const std::string key = key_of(entry.training, form).text();
  if (!known.insert(key).second) return;
  CostProbe probe{key, {}};
  task::training(probe.task) = entry.training.spec;
  probe.task.form = form;
  probes.push_back(std::move(probe));
}

}  // namespace

/// Shared images and their time count for one task only, so sums over a key are comparable but single tasks are not.
void learn_costs(TaskTable& tasks, const Outcomes& outcomes, CostModel& costs) {
  std::map<std::string, Seen> seen, across;
  for (const auto& entry : tasks.all()) {
    const auto outcome = outcomes.find(entry.id);
    if (outcome == outcomes.end() || outcome->second.state != task::RunState::done || entry.training.epoch_images == 0)
      continue;
    const CostKey key = key_of(entry.training, entry.form);
    const Seen one{outcome->second.seconds, entry.cost_s * static_cast<double>(outcome->second.epoch_images) /
                                                static_cast<double>(entry.training.epoch_images)};
    seen[key.text()] += one;
    across[across_forms(key)] += one;
  }
  for (const auto& [key, one] : seen) {
    if (one.is_known()) costs.learn(key, one.seconds / one.predicted);
  }
  for (const auto& [work, one] : across) {
    if (one.is_known()) costs.learn_across_forms(work, one.seconds / one.predicted);
  }
  if (seen.empty()) return;
  for (auto& entry : tasks.all()) entry.cost_s = costs.cost_s(entry.training, entry.form);
}

std::vector<CostProbe> probes_of(const TaskTable& tasks) {
  std::set<std::string> known;
  std::vector<CostProbe> probes;
  for (const auto& entry : tasks.all()) {
    add_probe(entry, entry.form, known, probes);
    add_probe(entry, {entry.form.threads}, known, probes);
    if (entry.form.batched) add_probe(entry, {entry.form.threads, entry.form.cached_units}, known, probes);
  }
  return probes;
}

}  // namespace espalier::plan
