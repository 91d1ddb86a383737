// Lists the experiments that an experiment needs finished runs of, and tells how it finds them.
#include "espalier/study/needs.hpp"

#include <algorithm>

namespace espalier::study {
namespace {

void add_takes(const std::vector<Take>& takes, std::vector<Need>& all) {
  for (const auto& take : takes) {
    for (const auto& name : take.from) all.push_back({name, take.where, "takes from", "take.from"});
  }
}

bool names(const Start& start, const std::string& axis) {
  return std::find(start.same.begin(), start.same.end(), axis) != start.same.end();
}

}  // namespace

std::vector<Need> needs_of(const Experiment& experiment) {
  std::vector<Need> all;
  add_takes(experiment.takes, all);
  for (const auto& one : experiment.cases) add_takes(one.takes, all);
  if (const auto& start = experiment.start)
    all.push_back({start->experiment, start->where, "starts from", "start.experiment"});
  if (const auto& pick = experiment.pick) {
    for (const auto& name : pick->from) all.push_back({name, pick->where, "picks from", "from"});
  }
  for (const auto& units : experiment.units_from) {
    if (units.run) all.push_back({units.run->experiment, units.where, "takes units from", "units_from.experiment"});
  }
  return all;
}

std::string circle_text(const std::vector<Step>& path, const std::string& back_to) {
  std::string text;
  auto step =
      std::find_if(path.begin(), path.end(), [&](const Step& visited) { return visited.experiment == back_to; });
  for (; step != path.end(); ++step) text += step->experiment + " " + step->how + " ";
  return text + back_to;
}

bool finds_runs_by(const Experiment& experiment, const std::string& axis) {
  if (experiment.start && names(*experiment.start, axis)) return true;
  return std::any_of(experiment.units_from.begin(), experiment.units_from.end(),
                     [&](const UnitsFrom& units) { return units.run && names(*units.run, axis); });
}

std::string to_string(const Start& start) {
  std::string text = "the run of '" + start.experiment + "'";
  for (std::size_t i = 0; i < start.same.size(); ++i)
    text += (i == 0 ? " with equal " : i + 1 == start.same.size() ? " and " : ", ") + start.same[i];
  return text;
}

UnitsOrigin origin_of(const UnitsFrom& units) {
  std::string text = units.axis.empty() ? "units " : "unit '" + units.axis + "'";
  for (std::size_t i = 0; i < units.units.size(); ++i) text += (i == 0 ? "" : ",") + std::to_string(units.units[i]);
  return {text, units.run ? to_string(*units.run) : "source '" + units.source + "'"};
}

}  // namespace espalier::study
