#pragma once
// Turns recorded runs into cells and contrasts, for `aggregate`, `compare` and the report.
#include "espalier/report/run_view.hpp"
#include "espalier/stats/contrast.hpp"
#include "espalier/study/conditions.hpp"

namespace espalier::report {

using study::AxisCondition;
using study::parse_condition;
using study::parse_conditions;
using study::parse_named_runs;
using study::spelled;

/// What becomes of a metric that finished runs have not recorded: an error, or cells without values.
enum class Unrecorded : std::uint8_t { refused, empty };

struct Query {
  metrics::MetricName metric{metrics::Subset::test, metrics::Metric::top1};
  std::vector<std::string> by;    ///< axes that make the cells
  std::vector<std::string> over;  ///< axes averaged over within a split
  std::string unit = "split";     ///< the axis whose values repeat a setting and are counted: "split" or "target"
  std::string counted;            ///< what n counts, in words of tables, as counted_in() says; "": `unit`
  std::vector<AxisCondition> where;
  double confidence = stats::kConfidence;
  Unrecorded unrecorded = Unrecorded::refused;

  const std::string& counts() const { return counted.empty() ? unit : counted; }
};

/// The runs that fulfil all conditions. Values compare by meaning: 0.010 equals 0.01. Throws UsageError for an unknown
/// axis.
std::vector<RunView> select(const std::vector<RunView>& views, const std::vector<AxisCondition>& conditions);

/// Axes in which paired runs of the two sides differ although the conditions do not name them.
std::vector<std::string> also_differing(const std::vector<RunView>& views, const std::vector<AxisCondition>& a,
                                        const std::vector<AxisCondition>& b, const Query& query);

/// Turns runs into observations. Throws UsageError where an axis that is neither in `by` nor in `over` varies within a
/// cell of one split, or where no finished run has recorded the metric.
std::vector<stats::Observation> observe(const std::vector<RunView>& views, const Query& query);

/// What n counts in means of these runs: the query's unit, or "source_network" where each run's replicate has sources
/// of its own, "image_draw" where each has training images of its own, and "repetition" where some runs' have either.
std::string counted_in(const std::vector<RunView>& views, const Query& query);
/// The same of pairs: replicates count where they do so on both sides, else splits.
std::string counted_in(const std::vector<RunView>& a, const std::vector<RunView>& b, const Query& query);

/// Cells in the order of their axes' values: numbers ascending, "all" last, words in the study's order.
std::vector<stats::CellSummary> aggregate(const std::vector<RunView>& views, const Query& query);

/// Compares the runs of two sides, in the order of the cells' axes.
std::vector<stats::Contrast> contrast(const std::vector<RunView>& a, const std::vector<RunView>& b, const Query& query);
/// Compares the runs that fulfil `a` with those that fulfil `b`.
std::vector<stats::Contrast> contrast(const std::vector<RunView>& views, const std::vector<AxisCondition>& a,
                                      const std::vector<AxisCondition>& b, const Query& query);

/// Axes (not split, not replicate, not fold, not experiment) that take several values in `views`, in label order.
std::vector<std::string> varying_axes(const std::vector<RunView>& views);

/// The axes that must be added to `shown` so that every cell of a split (and of `unit`) holds one setting, in label
/// order.
std::vector<std::string> unexplained_axes(const std::vector<RunView>& views, const std::vector<std::string>& shown,
                                          const std::string& unit = "split");

/// The distinct values of an axis in their order.
std::vector<std::string> values_of(const std::vector<RunView>& views, const std::string& axis);

}  // namespace espalier::report
