// Puts each measured cell's best protocol into a sentence, with its paired gain over the baseline.
#include "espalier/report/answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/report/at_chance.hpp"
#include "espalier/report/query.hpp"
#include "espalier/report/recommend_text.hpp"
#include "espalier/report/wording.hpp"

namespace espalier::report {
namespace {

constexpr std::size_t kNamed = 3;

/// What is told of a cell: test images where its best protocol was measured on some.
metrics::MetricName told_metric(const MeasuredCell& cell) {
  const bool has_test = cell.protocols.front().test.n > 0;
  return {has_test ? metrics::Subset::test : metrics::Subset::valid, metrics::Metric::top1};
}

const stats::Summary& summary_of(const RankedProtocol& protocol, const metrics::MetricName& metric) {
  return metric.subset == metrics::Subset::test ? protocol.test : protocol.valid;
}

std::string named(const RankedProtocol& protocol) {
  return protocol.values.empty() ? std::string(name_of(protocol.family))
                                 : fmt::format("{} ({})", protocol_text(protocol), name_of(protocol.family));
}

std::string accuracy_text(const MeasuredCell& cell, const metrics::MetricName& metric) {
  const auto& best = cell.protocols.front();
  const auto& summary = summary_of(best, metric);
  std::string text = fmt::format("{} accuracy {} %", metric.subset == metrics::Subset::test ? "test" : "validation",
                                 figure_of(metric, summary.mean));
  if (summary.interval) text += " " + interval_text(metric, summary.interval);
  const auto counted = counted_in(best.views, {});
  if (summary.folds > 0) text += fmt::format(" over {} folds", summary.folds);
  else if (summary.n > 1) text += " " + over_units(counted, summary.n, false);
  if (!best.runs.complete() || best.runs.at_chance) text += fmt::format(" ({})", stats::to_string(best.runs));
  return text;
}

/// The best protocol of a family that was measured; null where there is none.
const RankedProtocol* first_of(const MeasuredCell& cell, Family family) {
  const auto found = std::find_if(cell.protocols.begin(), cell.protocols.end(),
                                  [&](const auto& one) { return one.family == family && one.splits > 0; });
  return found == cell.protocols.end() ? nullptr : &*found;
}

std::string gain_text(const MeasuredCell& cell, const metrics::MetricName& metric) {
  const auto& best = cell.protocols.front();
  const auto* scratch = first_of(cell, Family::scratch);
  const auto* baseline = scratch ? scratch : first_of(cell, Family::tune);
  if (!baseline) return "; there is no run from scratch to compare with";
  const std::string name = scratch ? "training from scratch" : "tuning all copied units";
  if (baseline == &best) return ", which is " + name;
  Query query;
  query.metric = metric;
  query.unrecorded = Unrecorded::empty;
  const auto contrasts = contrast(best.views, baseline->views, query);
  if (contrasts.empty() || contrasts.front().difference.difference.n == 0) return "; it has no pair with " + name;
  const auto& difference = contrasts.front().difference.difference;
  std::string text = fmt::format(", {}{}", difference.mean > 0 ? "+" : "", figure_of(metric, difference.mean));
  text += difference.interval ? " " + interval_text(metric, difference.interval) + " points" : " points";
  return text + " over " + name + (difference.interval ? "" : " (too few repetitions for an interval)");
}

std::string ties_text(const MeasuredCell& cell) {
  std::vector<std::string> ties;
  for (const auto& one : cell.protocols) {
    if (!one.best && one.indistinguishable) ties.push_back(named(one));
  }
  const auto others = cell.protocols.size() - 1;
  if (!cell.can_tell()) return "; with so few repetitions no setting can be told from it";
  if (ties.empty()) return fmt::format("; it is told from all {} others", others);
  const auto count = ties.size();
  ties.resize(std::min(kNamed, count));
  return fmt::format("; {} of {} others cannot be told from it: {}{}", count, others, fmt::join(ties, "; "),
                     count > kNamed ? fmt::format("; and {} more", count - kNamed) : "");
}

}  // namespace

std::vector<std::string> answers_of(const std::vector<RunView>& views, const study::Study& study) {
  std::vector<std::string> lines;
  for (const auto& cell : measured_cells(views, study)) {
    if (cell.protocols.size() < 2 || cell.protocols.front().splits == 0) continue;
    const auto metric = told_metric(cell);
    lines.push_back(fmt::format("{}: {} has {}{}{}.", place_text(cell), named(cell.protocols.front()),
                                accuracy_text(cell, metric), gain_text(cell, metric), ties_text(cell)));
  }
  return lines;
}

std::string first_failure(const std::vector<RunView>& views) {
  const RunView* first = nullptr;
  int count = 0;
  for (const auto& view : views) {
    if (!task::is_final(view.state) || view.state == task::RunState::done || view.state == task::RunState::cancelled)
      continue;
    if (count++ == 0) first = &view;
  }
  if (!first) return "";
  const std::string cause = !first->run->aborted.empty() ? first->run->aborted : first->task ? first->task->cause : "";
  const auto name = name_of_run(*first, views);
  if (count == 1) return fmt::format("The run without a result: {}: {}", name, cause);
  return fmt::format("The first of {} runs without a result: {}: {}", count, name, cause);
}

}  // namespace espalier::report
