// Chooses the networks that are kept: those of selections, and the best by validation of each size.
#include "espalier/plan/network_choice.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>

#include "espalier/plan/repetition.hpp"
#include "espalier/stats/ranking.hpp"
#include "espalier/study/axes.hpp"

namespace espalier::plan {
namespace {

using Tasks = std::set<TaskId>;

bool chooses(task::Keep keep) { return keep == task::Keep::selected || keep == task::Keep::best; }

bool has_ended(const PlannedRun& run, const Outcomes& outcomes) {
  if (run.task.empty()) return !run.aborted.empty();
  const auto found = outcomes.find(run.task);
  return found != outcomes.end() && task::is_final(found->second.state);
}

bool has_label(const PlannedRun& run, const Label& label) {
  const auto* value = run.label(label.axis);
  return value && *value == label.value;
}

using Runs = std::vector<const PlannedRun*>;

Runs with_label(const Runs& runs, const Label& label) {
  Runs found;
  for (const auto* run : runs) {
    if (has_label(*run, label)) found.push_back(run);
  }
  return found;
}

/// A selection calls a size "all" that is all there is. Runs may be labelled by its number, which no size passes.
Runs with_all_images(const Runs& runs, const Label& label) {
  Runs found = with_label(runs, label);
  if (!found.empty()) return found;
  double largest = 0;
  for (const auto* run : runs) {
    if (const auto* value = run->label(label.axis)) largest = std::max(largest, std::strtod(value->c_str(), nullptr));
  }
  for (const auto* run : runs) {
    const auto* value = run->label(label.axis);
    if (value && std::strtod(value->c_str(), nullptr) == largest) found.push_back(run);
  }
  return found;
}

Runs with_labels(Runs runs, const std::vector<Label>& labels) {
  for (const auto& label : labels) {
    if (label.value != "all") runs = with_label(runs, label);
  }
  for (const auto& label : labels) {
    if (label.value == "all") runs = with_all_images(runs, label);
  }
  return runs;
}

bool are_axes(const std::vector<Label>& labels, const std::vector<std::string>& axes) {
  return labels.size() == axes.size() && std::all_of(axes.begin(), axes.end(), [&](const std::string& axis) {
           return std::any_of(labels.begin(), labels.end(), [&](const Label& label) { return label.axis == axis; });
         });
}

std::vector<study::Take> takes_of(const study::Experiment& experiment) {
  auto takes = experiment.takes;
  for (const auto& one : experiment.cases) takes.insert(takes.end(), one.takes.begin(), one.takes.end());
  return takes;
}

/// The runs with the chosen values, or all that were chosen from where none has them: a value may be told otherwise in
/// labels, and what was chosen must not be lost.
void add_chosen(const SelectionOutcome& outcome, const study::Take& take, const Plan& plan, Tasks& chosen) {
  const std::set<std::string> from(take.from.begin(), take.from.end());
  Runs candidates;
  for (const auto& run : plan.runs) {
    if (from.contains(run.experiment)) candidates.push_back(&run);
  }
  const Runs found = with_labels(with_labels(candidates, outcome.per), outcome.chosen);
  for (const auto* run : found.empty() ? candidates : found) chosen.insert(run->task);
}

void add_selected(const Plan& plan, const study::Study& study, Tasks& chosen) {
  for (const auto& experiment : study.experiments) {
    const auto takes = takes_of(experiment);
    for (const auto& outcome : plan.selections) {
      if (outcome.experiment != experiment.name || outcome.chosen.empty()) continue;
      for (const auto& take : takes) {
        if (are_axes(outcome.chosen, take.values) && are_axes(outcome.per, take.per))
          add_chosen(outcome, take, plan, chosen);
      }
    }
    if (!experiment.pick) continue;
    for (const auto& run : plan.runs) {
      if (run.experiment == experiment.name) chosen.insert(run.task);
    }
  }
}

/// The runs of one experiment, target, network and size, by setting.
struct SizeCell {
  std::vector<std::vector<Label>> settings;  ///< in the order of the runs
  std::vector<stats::RankedSetting> ranked;
  std::vector<Tasks> tasks;
};

std::string text(const PlannedRun& run, const char* axis) {
  const auto* value = run.label(axis);
  return value ? *value : "";
}

std::size_t setting_in(SizeCell& place, const PlannedRun& run) {
  std::vector<Label> setting;
  for (const auto& label : run.labels) {
    if (!study::repeats(label.axis)) setting.push_back(label);
  }
  const auto known = std::find(place.settings.begin(), place.settings.end(), setting);
  if (known != place.settings.end()) return static_cast<std::size_t>(known - place.settings.begin());
  place.settings.push_back(std::move(setting));
  place.ranked.emplace_back();
  place.tasks.emplace_back();
  return place.settings.size() - 1;
}

void add_run(SizeCell& place, const PlannedRun& run, const TaskOutcome& outcome, metrics::Metric metric) {
  const auto setting = setting_in(place, run);
  place.tasks[setting].insert(run.task);
  const auto* row = task::result_at(outcome.rows, metrics::Subset::valid, run.images(metrics::Subset::valid),
                                    std::identity{}, task::last_result(outcome.stopped));
  const auto measured = row ? metrics::share_of(*row, metric) : metrics::Share();
  const bool has_value = row && std::isfinite(measured.amount);
  if (!has_value && !outcome.diverged) {
    ++place.ranked[setting].missing;
    return;
  }
  stats::Measurement measurement{repetition_of(run), "", {}, {}, outcome.diverged, text(run, "fold")};
  if (has_value) measurement.metric = measured;
  if (row) measurement.loss = metrics::share_of(*row, metrics::Metric::loss);
  place.ranked[setting].runs.push_back(std::move(measurement));
}

void add_best(const SizeCell& place, Tasks& chosen) {
  const auto standings = stats::rank(place.ranked, metrics::Better::higher);
  if (standings.front().splits > 0) {
    const auto& best = place.tasks[standings.front().setting];
    chosen.insert(best.begin(), best.end());
    return;
  }
  for (const auto& tasks : place.tasks) chosen.insert(tasks.begin(), tasks.end());
}

using TaskIndex = std::map<TaskId, const task::Task*>;

void add_best_of_places(const Plan& plan, const TaskIndex& tasks, const Outcomes& outcomes, Tasks& chosen) {
  std::map<std::vector<std::string>, SizeCell> places;
  for (const auto& run : plan.runs) {
    const auto task = tasks.find(run.task);
    if (task == tasks.end() || task::probe_of(*task->second)) continue;
    const bool several = task::training(*task->second).loss == task::Loss::binary;
    SizeCell& place = places[{run.experiment, text(run, "target"), text(run, "network"), text(run, "per_class")}];
    add_run(place, run, outcomes.at(run.task), several ? metrics::Metric::ap : metrics::Metric::top1);
  }
  for (const auto& [name, place] : places) add_best(place, chosen);
}

}  // namespace

NetworkChoice choose_networks(const Plan& plan, const study::Study& study, const Outcomes& outcomes) {
  NetworkChoice choice;
  TaskIndex tasks;
  bool any = false;
  for (const auto& task : plan.tasks) {
    tasks[task.id] = &task;
    any = any || chooses(task.record.keep);
  }
  if (!any) return choice;
  for (const auto& run : plan.runs) {
    if (!has_ended(run, outcomes)) return choice;
  }
  Tasks selected;
  add_selected(plan, study, selected);
  Tasks best = selected;
  add_best_of_places(plan, tasks, outcomes, best);
  for (const auto& task : plan.tasks) {
    const auto outcome = outcomes.find(task.id);
    if (!chooses(task.record.keep) || outcome == outcomes.end() || outcome->second.state != task::RunState::done)
      continue;
    const bool is_chosen = (task.record.keep == task::Keep::best ? best : selected).contains(task.id);
    if (is_chosen && !outcome->second.has_network) choice.missing.push_back(task.id);
    if (!is_chosen && outcome->second.has_network) choice.unchosen.push_back(task.id);
  }
  return choice;
}

}  // namespace espalier::plan
