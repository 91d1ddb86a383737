// Joins and compares what tasks are to record.
#include "espalier/task/record_spec.hpp"

#include <algorithm>
#include <numeric>

namespace espalier::task {

namespace {

bool is_same_set(const EvaluationSpec& a, const EvaluationSpec& b) { return a.name == b.name && a.images == b.images; }

/// Whether every moment that `wanted` asks for is among those of `recorded`.
bool is_as_often(const EvaluationSpec& recorded, const EvaluationSpec& wanted) {
  return wanted.every == 0 || (recorded.every != 0 && wanted.every % recorded.every == 0);
}

/// No metrics means all of them.
std::vector<metrics::Metric> both_metrics(const std::vector<metrics::Metric>& a,
                                          const std::vector<metrics::Metric>& b) {
  if (a.empty() || b.empty()) return {};
  std::vector<metrics::Metric> all = a;
  for (const auto metric : b) {
    if (std::find(all.begin(), all.end(), metric) == all.end()) all.push_back(metric);
  }
  return all;
}

Keep both_kept(Keep a, Keep b) {
  const bool last_and_best = (a == Keep::last && b == Keep::best) || (a == Keep::best && b == Keep::last);
  return last_and_best ? Keep::all : std::max(a, b);
}

}  // namespace

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
    known->metrics = both_metrics(known->metrics, more.metrics);
  }
  return all;
}

bool covers(const EvaluationSpec& recorded, const EvaluationSpec& wanted) {
  const auto has = [&](metrics::Metric metric) {
    return std::find(recorded.metrics.begin(), recorded.metrics.end(), metric) != recorded.metrics.end();
  };
  const bool all_metrics = recorded.metrics.empty() ||
                           (!wanted.metrics.empty() && std::all_of(wanted.metrics.begin(), wanted.metrics.end(), has));
  return is_same_set(recorded, wanted) && is_as_often(recorded, wanted) && all_metrics;
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
