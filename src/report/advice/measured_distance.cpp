// Averages the distances that runs of kind "distance" measured for one source and target.
#include "report/advice/measured_distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "report/target_distances.hpp"

namespace espalier::report {
namespace {

constexpr const char* kCosine = "cosine";  ///< the method whose classes Chu's Table 3 has

/// NaN where the run has no such value.
double measured(const RunView& view, metrics::Metric metric) {
  const auto* row = final_row(view, metrics::Subset::test);
  return row ? row->of(metric) : std::nan("");
}

bool fits(const RunView& view, const std::string& axis, const std::string& wanted) {
  const auto value = view.value(axis);
  return value.empty() || value == wanted;
}

/// "fc7" for the unit of that number, counted from 1; the number itself where the task does not tell.
std::string unit_name(const RunView& view, const std::string& number) {
  const auto& networks = view.directory->state.catalog.networks;
  const auto found = networks.find(task::as_training(view.task->task).network);
  const auto place = std::strtoul(number.c_str(), nullptr, 10);
  const bool known = found != networks.end() && place >= 1 && place <= found->second.units.size();
  return known ? found->second.units[place - 1].name : number;
}

/// Over splits; with one split, the range is that of a draw of images.
MeasuredDistance mean_distance(const std::vector<RunView>& runs, const std::string& unit) {
  std::map<std::string, std::vector<double>> by_split;
  std::vector<double> values, floors;
  for (const auto& view : runs) {
    by_split[view.repetition()].push_back(measured(view, metrics::Metric::distance));
    if (const double floor = measured(view, metrics::Metric::floor); std::isfinite(floor)) floors.push_back(floor);
  }
  const bool of_draws = by_split.size() == 1;  // of images, with one network
  if (of_draws) values = by_split.begin()->second;
  else
    for (const auto& [split, replicates] : by_split) values.push_back(stats::summarise(replicates).mean);
  const auto summary = stats::summarise(values);
  MeasuredDistance distance;
  distance.value = summary.mean;
  distance.interval = of_draws ? range_of_draws(values) : summary.interval;
  if (!floors.empty()) distance.floor = stats::summarise(floors).mean;
  distance.network = runs.front().value("network");
  distance.network_digest = task::as_training(runs.front().task->task).network;
  distance.unit = unit_name(runs.front(), unit);
  distance.runs = static_cast<int>(runs.size());
  return distance;
}

}  // namespace

std::string kind_of(const study::Study& study, const std::string& experiment) {
  for (const auto& one : study.experiments) {
    if (one.name == experiment) return one.kind;
  }
  return "train";
}

std::optional<MeasuredDistance> measured_distance(const std::vector<RunView>& views, const study::Study& study,
                                                  const std::string& source, const std::string& target,
                                                  const std::string& network) {
  std::map<long, std::vector<RunView>> by_unit;
  for (const auto& view : views) {
    if (kind_of(study, view.run->experiment) != "distance" || !view.task) continue;
    if (!fits(view, "source", source) || !fits(view, "target", target) || !fits(view, "network", network)) continue;
    if (!fits(view, "method", kCosine) || !std::isfinite(measured(view, metrics::Metric::distance))) continue;
    by_unit[std::strtol(view.value("features").c_str(), nullptr, 10)].push_back(view);
  }
  if (by_unit.empty()) return std::nullopt;
  const auto& [number, runs] = *by_unit.rbegin();
  return mean_distance(runs, std::to_string(number));
}

}  // namespace espalier::report
