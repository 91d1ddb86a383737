// Collects the metrics on request that figures, tables, selections and picks name.
#include "plan/asked_metrics.hpp"

#include <algorithm>

namespace espalier::plan {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Collects what is said of any of `experiments`.
struct Collector {
  std::vector<std::string> experiments;
  std::vector<metrics::Metric> found;

  void add(const std::vector<std::string>& of, const std::string& metric) {
    const bool is_of_these = std::any_of(of.begin(), of.end(), [&](const auto& one) { return has(experiments, one); });
    const auto* facts = is_of_these ? metrics::find_metric(metric.substr(metric.find('.') + 1)) : nullptr;
    if (!facts || !facts->on_request) return;
    if (std::find(found.begin(), found.end(), facts->metric) == found.end()) found.push_back(facts->metric);
  }
  void add(const std::vector<study::Take>& takes) {
    for (const auto& take : takes) add(take.from, take.best);
  }
};

}  // namespace

std::vector<metrics::Metric> asked_metrics(const study::Study& study, const std::string& experiment) {
  Collector asked{{experiment}};
  for (const auto& one : study.experiments) {
    if (one.pick && has(one.pick->from, experiment)) asked.experiments.push_back(one.name);
  }
  for (const auto& figure : study.figures) asked.add({figure.experiment}, figure.y);
  for (const auto& table : study.tables) {
    asked.add({table.experiment}, table.y);
    asked.add(table.experiments, table.y);
  }
  for (const auto& one : study.experiments) {
    asked.add(one.takes);
    for (const auto& its_case : one.cases) asked.add(its_case.takes);
    if (one.pick) asked.add(one.pick->from, one.pick->best);
  }
  return asked.found;
}

}  // namespace espalier::plan
