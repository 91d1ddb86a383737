#pragma once
// Formats figures and axis names for readers, the same in verbs and report.
#include <string>
#include <vector>

#include "espalier/metrics/row.hpp"
#include "espalier/plan/plan.hpp"
#include "espalier/stats/aggregate.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// Accuracies in percent with one decimal, losses with three.
std::string figure_of(const metrics::MetricName& metric, double value);
/// "test top-1 accuracy (%)", "validation loss".
std::string axis_title(const metrics::MetricName& metric);
/// The factor from stored to shown values: 100 for accuracies.
double shown_scale(const metrics::MetricName& metric);

/// "53.1 ± 2.0", of one split "53.1 ± 2.0 over 5 folds"; without interval "53.1"; without a value "-"; "53.1 (2 of 3, 1
/// diverged)" where runs are missing; "53.1 (4 of 8 at chance)".
std::string cell_text(const metrics::MetricName& metric, const stats::CellSummary& cell);
/// "[51.1, 55.1]", or "-".
std::string interval_text(const metrics::MetricName& metric, const std::optional<stats::Interval>& interval);

/// The candidates with exactly the best one's value, which another rule decided against: loss, units, order.
std::vector<const plan::Candidate*> tied_with_best(const plan::SelectionOutcome& selection);

/// p-values: three decimals, "<0.001".
std::string p_text(double p_value);

/// For example "over 4 overlapping splits": random halves of one set of classes share classes and are not independent.
std::string over_splits(int splits, bool overlapping);
/// The same of what repeats a setting: "over 4 targets".
std::string over_units(const std::string& unit, int n, bool overlapping);
/// "source network" for "source_network".
std::string spoken(const std::string& counted);
/// What is drawn anew for each replicate (training images in a study of one split, sources) and what n then counts; ""
/// where nothing is.
std::string redraw_note(const study::Study& study);
/// How the spread of one split's folds gives an interval.
std::string folds_note();
bool splits_overlap(const study::Study& study);

/// What an axis means to a reader, for example "units transferred".
std::string meaning_of(const std::string& axis);

std::string csv_field(const std::string& text);
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace espalier::report
