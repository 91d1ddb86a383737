#pragma once
// Checks what needs the whole study; declares the check of each part.
#include <set>
#include <string>

#include "espalier/metrics/row.hpp"
#include "espalier/study/parse.hpp"
#include "study/parse/reader.hpp"

namespace espalier::study {

/// The whole parsed study and where the checks report.
struct CheckContext {
  const Study& study;
  Report& report;
};
/// Runs all checks of the whole study.
void check_study(const CheckContext& context);

void check_roles(const CheckContext& context);        ///< data, splits, sources, targets
void check_labels(const CheckContext& context);       ///< class trees and label sets
void check_multi_label(const CheckContext& context);  ///< data whose images may have several labels
void check_stops(const CheckContext& context);        ///< rules to stop, and train.keep
void check_experiments(const CheckContext& context);  ///< names, axes, values that must exist
void check_grid(const CheckContext& context, const Experiment& experiment);  ///< zips, dependent axes, cases
void check_takes(const CheckContext& context);                               ///< selections: names, metrics
void check_picks(const CheckContext& context);                               ///< [[pick]]: candidates, metrics
void check_starts(const CheckContext& context);                              ///< runs that experiments start from
void check_kinds(const CheckContext& context);                               ///< what a kind of experiment may say
void check_circles(const CheckContext& context);                             ///< experiments that need each other
void check_freezing(const CheckContext& context);                            ///< frozen > transferred
void check_outputs(const CheckContext& context);                             ///< figures

/// Whether an error of the data set, or of one that it is derived from, is said.
bool is_said_of_data(const CheckContext& context, const std::string& data);
/// Whether an error of the experiment's targets, their data or the split is said.
bool is_said_of_targets(const CheckContext& context, const Experiment& experiment);
/// Why a metric of this experiment is not recorded; "" where it is, or an error in what is measured is said already.
std::string not_recorded(const CheckContext& context, const Experiment& experiment, const metrics::MetricName& metric);
/// The same, whatever was said.
std::string not_recorded(const Study& study, const Experiment& experiment, const metrics::MetricName& metric);
/// Reports that there is no experiment of that name, unless the name of one was refused, which may be the one.
void unknown_experiment(const CheckContext& context, Location where, const std::string& key, const std::string& name);
/// Whether the data set holds out images of that name, or a target's folds do.
bool holds_out(const Study& study, const DataSet& data, metrics::Subset name, bool is_target);
/// The targets that runs of the experiment may have, by name; of a pick those of its candidates.
std::set<std::string> targets_of(const Study& study, const Experiment& experiment);
/// Whether the labels are those of this data set, of one that it is derived from, or of any.
bool are_labels_of(const Study& study, const LabelSet& labels, std::string data);
/// How to change the study so that the metric is recorded, for suggestions.
std::string how_to_record(const Study& study, const Experiment& experiment, const metrics::MetricName& metric);
/// Why a metric is not measured of images with labels of this kind; "" where it is.
std::string not_of_labels(const DataSet& data, metrics::Metric metric);

/// "experiment.NAME.<part>", or "pick.NAME.<part>": the dotted key of diagnostics.
std::string key_of(const Experiment& experiment, const std::string& part);

}  // namespace espalier::study
