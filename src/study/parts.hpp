#pragma once
// Declares the parser of each table of a study, and the checks that need the whole study.
#include "espalier/metrics/row.hpp"
#include "espalier/study/parse.hpp"
#include "study/parse/reader.hpp"

namespace espalier::study {

void parse_study_table(const Reader& root, Study& study);
void parse_data(const Reader& root, Study& study);
void parse_split(const Reader& root, Study& study);
void parse_roles(const Reader& root, Study& study);  ///< sources and targets
void parse_networks(const Reader& root, Study& study);
void parse_experiments(const Reader& root, Study& study);
void parse_outputs(const Reader& root, Study& study);  ///< resources and figures

/// Parses a table of training values; `is_source` allows the keys that only pretrainings have.
TrainValues parse_train(const toml::table& table, const std::string& path, bool is_source, Report& report);
std::vector<RateGroup> parse_rates(const toml::node& node, const std::string& path, Report& report);
std::vector<network::UnitSpec> parse_units(const toml::node& node, const std::string& path, Report& report);
/// `depth`: of the branches around these layers.
std::vector<network::LayerSpec> parse_layers(const toml::node& node, const std::string& path, Report& report,
                                             int depth = 0);

/// Parses the `axes` of one experiment; `train.batch` may be written as a nested table.
std::vector<Axis> parse_axes(const toml::table& table, const std::string& path, Report& report);
/// Parses the axis values of `fixed` or of a case; the key `take` is skipped.
std::vector<std::pair<std::string, Value>> parse_fixed(const toml::table& table, const std::string& path,
                                                       Report& report);
std::vector<Take> parse_takes(const toml::table& owner, const std::string& path, Report& report);

std::optional<Start> parse_start(const Reader& experiment);
std::vector<UnitsFrom> parse_units_from(const Reader& experiment);

/// Whether an experiment may name this axis: axis_names(), or a rate such as "train.rates.top.start".
bool is_axis(const std::string& name);
/// What is wrong with this value of this axis, independently of the rest of the study; none if it is valid.
std::optional<Problem> check_axis_value(const std::string& axis, const Value& value);

/// The whole parsed study and where the checks report.
struct CheckContext {
  const Study& study;
  Report& report;
};
void check_roles(const CheckContext& context);                               ///< data, splits, sources, targets
void check_experiments(const CheckContext& context);                         ///< names, axes, values that must exist
void check_grid(const CheckContext& context, const Experiment& experiment);  ///< zips, dependent axes, cases
void check_takes(const CheckContext& context);                               ///< selections: names, metrics
void check_starts(const CheckContext& context);                              ///< runs that experiments start from
void check_kinds(const CheckContext& context);                               ///< what a kind of experiment may say
void check_circles(const CheckContext& context);                             ///< experiments that need each other
void check_freezing(const CheckContext& context);                            ///< frozen > transferred
void check_size(const CheckContext& context);                                ///< the product
void check_outputs(const CheckContext& context);                             ///< figures

/// Why a metric of this experiment is not recorded; "" where it is.
std::string not_recorded(const Study& study, const Experiment& experiment, metrics::Subset subset);
/// How to change the study so that the subset is recorded, for suggestions.
std::string how_to_record(metrics::Subset subset);

/// The data set whose classes the split divides; "" where none is known.
std::string split_data(const Study& study);

/// "experiment.NAME.<part>", the dotted key of diagnostics.
std::string key_of(const Experiment& experiment, const std::string& part);

}  // namespace espalier::study
