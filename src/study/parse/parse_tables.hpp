#pragma once
// Parses a study table by table; declares the parser of each table.
#include "espalier/study/parse.hpp"
#include "study/parse/reader.hpp"

namespace espalier::study {

/// Parses all tables below the root.
void parse_tables(const Reader& root, Study& study);

void parse_data(const Reader& root, Study& study);
void parse_labels(const Reader& root, Study& study);  ///< class trees and label sets
void parse_split(const Reader& root, Study& study);
void parse_augments(const Reader& root, Study& study);  ///< named settings of train.augment
void parse_roles(const Reader& root, Study& study);     ///< sources and targets
void parse_networks(const Reader& root, Study& study);
void parse_experiments(const Reader& root, Study& study);
void parse_picks(const Reader& root, Study& study);    ///< after the experiments, which they are among
void parse_outputs(const Reader& root, Study& study);  ///< resources and figures

/// Refuses control characters, in names line breaks and tabs too.
void check_texts(const toml::table& table, const std::string& path, Report& report);

/// Parses a table of training values; `is_source` allows the keys that only pretrainings have. Names of augmentation
/// are those of the study.
TrainValues parse_train(const toml::table& table, const std::string& path, bool is_source, const Study& study,
                        Report& report);
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
/// `mean_over`: what a take averages over that does not say it.
std::vector<Take> parse_takes(const toml::table& owner, const std::string& path,
                              const std::vector<std::string>& mean_over, Report& report);

std::optional<Start> parse_start(const Reader& experiment);
std::vector<UnitsFrom> parse_units_from(const Reader& experiment);

}  // namespace espalier::study
