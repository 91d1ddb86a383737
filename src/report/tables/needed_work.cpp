// Finds the tasks that a run would not be there without, along picks, takes, starts and swapped units.
#include "report/tables/needed_work.hpp"

#include <algorithm>

namespace espalier::report {
namespace {

std::string key_of(const RunView& run, const std::vector<std::string>& axes) {
  std::string key;
  for (const auto& axis : axes) key += run.value(axis) + '\n';
  return key;
}

}  // namespace

NeededWork::NeededWork(const std::vector<RunView>& views, const study::Study& study) : views_(views), study_(study) {}

TaskStates NeededWork::of(const std::vector<RunView>& runs) {
  TaskStates tasks;
  std::set<const plan::PlannedRun*> seen;
  for (const auto& run : runs) add(run, seen, tasks);
  return tasks;
}

std::vector<NeededWork::Link> NeededWork::links_of(const std::string& experiment) const {
  std::vector<Link> links;
  const auto found = std::find_if(study_.experiments.begin(), study_.experiments.end(),
                                  [&](const auto& one) { return one.name == experiment; });
  if (found == study_.experiments.end()) return links;
  const auto add_takes = [&](const std::vector<study::Take>& takes) {
    for (const auto& take : takes) {
      for (const auto& from : take.from) links.push_back({from, take.per});
    }
  };
  add_takes(found->takes);
  for (const auto& one : found->cases) add_takes(one.takes);
  if (found->pick) {
    for (const auto& from : found->pick->from) links.push_back({from, found->pick->per});
  }
  if (found->start) links.push_back({found->start->experiment, found->start->same});
  for (const auto& units : found->units_from) {
    if (units.run) links.push_back({units.run->experiment, units.run->same});
  }
  return links;
}

const std::vector<const RunView*>& NeededWork::equal_runs(const Link& link, const RunView& run) {
  std::string name = link.experiment;
  for (const auto& axis : link.same) name += '\n' + axis;
  const auto [place, is_new] = known_.try_emplace(name);
  if (is_new) {
    for (const auto& view : views_) {
      if (view.run->experiment == link.experiment) place->second[key_of(view, link.same)].push_back(&view);
    }
  }
  return place->second[key_of(run, link.same)];
}

void NeededWork::add(const RunView& run, std::set<const plan::PlannedRun*>& seen, TaskStates& tasks) {
  if (!seen.insert(run.run).second) return;
  if (run.task) tasks.insert(run.task);
  for (const auto& link : links_of(run.run->experiment)) {
    for (const auto* needed : equal_runs(link, run)) add(*needed, seen, tasks);
  }
}

}  // namespace espalier::report
