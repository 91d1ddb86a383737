// Joins and compares what tasks are to record.
#include "espalier/task/record_spec.hpp"

#include <algorithm>
#include <numeric>

namespace espalier::task {

namespace {

bool is_same_set(const EvaluationSpec& a, const EvaluationSpec& b) { return a.name == b.name && a.images == b.images; }

/// Whether every moment that `wanted` asks for is among those of `recorded`.
bool is_as_often(const EvaluationSpec& recorded, const EvaluationSpec& wanted) {
  const auto holds = [](std::int64_t known, std::int64_t asked) {
    return asked == 0 || (known != 0 && asked % known == 0);
  };
  return holds(recorded.every, wanted.every) && holds(recorded.every_steps, wanted.every_steps);
}

bool holds(const std::vector<metrics::Metric>& all, metrics::Metric metric) {
  return std::find(all.begin(), all.end(), metric) != all.end();
}

/// As EvaluationSpec::metrics says them: nothing for the unnamed ones in their order.
std::vector<metrics::Metric> said_shortly(std::vector<metrics::Metric> all) {
  const auto& unnamed = metrics::kUnnamedMetrics;
  if (std::equal(all.begin(), all.end(), unnamed.begin(), unnamed.end())) all.clear();
  return all;
}

std::vector<metrics::Metric> both_metrics(const EvaluationSpec& a, const EvaluationSpec& b) {
  if (a.metrics == b.metrics) return a.metrics;
  std::vector<metrics::Metric> all = metrics_of(a);
  for (const auto metric : metrics_of(b)) {
    if (!holds(all, metric)) all.push_back(metric);
  }
  return said_shortly(std::move(all));
}

Keep both_kept(Keep a, Keep b) {
  const bool last_and_best = (a == Keep::last && b == Keep::best) || (a == Keep::best && b == Keep::last);
  return last_and_best ? Keep::all : std::max(a, b);
}

}  // namespace

std::vector<metrics::Metric> metrics_of(const EvaluationSpec& evaluation) {
  if (!evaluation.metrics.empty()) return evaluation.metrics;
  return {metrics::kUnnamedMetrics.begin(), metrics::kUnnamedMetrics.end()};
}

std::vector<metrics::Metric> all_metrics() {
  std::vector<metrics::Metric> all;
  for (const auto& facts : metrics::kMetrics) {
    if (!facts.of_sets && !facts.on_request && !facts.multi_label) all.push_back(facts.metric);
  }
  return said_shortly(std::move(all));
}

RecordSpec both(const RecordSpec& a, const RecordSpec& b) {
  RecordSpec all = a;
  all.keep = both_kept(a.keep, b.keep);
  for (const EvaluationSpec& more : b.evaluations) {
    const auto known = std::find_if(all.evaluations.begin(), all.evaluations.end(),
                                    [&](const EvaluationSpec& one) { return is_same_set(one, more); });
    if (known == all.evaluations.end()) {
      all.evaluations.push_back(more);
      continue;
    }
    known->every = std::gcd(known->every, more.every);  // 0, the end only, is contained in every interval
    known->every_steps = std::gcd(known->every_steps, more.every_steps);
    known->metrics = both_metrics(*known, more);
  }
  return all;
}

bool covers(const EvaluationSpec& recorded, const EvaluationSpec& wanted) {
  if (!is_same_set(recorded, wanted) || !is_as_often(recorded, wanted)) return false;
  if (recorded.metrics == wanted.metrics) return true;
  const auto known = metrics_of(recorded), asked = metrics_of(wanted);
  return std::all_of(asked.begin(), asked.end(), [&](metrics::Metric metric) { return holds(known, metric); });
}

std::vector<EvaluationSpec> lacking(const RecordSpec& recorded, const RecordSpec& wanted) {
  std::vector<EvaluationSpec> missing;
  for (const EvaluationSpec& one : wanted.evaluations) {
    const bool is_covered = std::any_of(recorded.evaluations.begin(), recorded.evaluations.end(),
                                        [&](const EvaluationSpec& known) { return covers(known, one); });
    if (!is_covered) missing.push_back(one);
  }
  return missing;
}

bool is_too_rare(const RecordSpec& recorded, const EvaluationSpec& wanted) {
  return std::any_of(recorded.evaluations.begin(), recorded.evaluations.end(),
                     [&](const EvaluationSpec& one) { return is_same_set(one, wanted) && !is_as_often(one, wanted); });
}

const EvaluationSpec* evaluation_named(const RecordSpec& record, metrics::Subset name) {
  const auto found = std::find_if(record.evaluations.begin(), record.evaluations.end(),
                                  [&](const EvaluationSpec& one) { return one.name == name; });
  return found == record.evaluations.end() ? nullptr : &*found;
}

}  // namespace espalier::task
