#pragma once
// The command-line options that `aggregate` and `compare` share.
#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "espalier/report/image_cells.hpp"

namespace espalier::cli {

struct QueryOptions {
  std::string by, over, metric, experiment;
  std::vector<std::string> where;
  double confidence = 0.95;
  bool over_targets = false, csv = false, json = false;
  int bootstrap = 0;  ///< resamples of the test images; 0: intervals are over splits
};

void add_query_options(CLI::App& verb, QueryOptions& options);

/// Throws UsageError for an unknown metric or a malformed condition.
report::Query query_of(const QueryOptions& options);

/// Prints cells or pairs over test images, as --csv says or for people.
void print_over_images(const report::WordTable& readable, const report::WordTable& exact, const QueryOptions& options);
/// How --bootstrap resamples. Throws UsageError beside options that do not go with it.
report::Resampling resampling_of(const QueryOptions& options);

/// Without --metric: test accuracy, or what the runs recorded in its place, which is said on standard error.
void choose_metric(report::Query& query, const QueryOptions& options, const std::vector<report::RunView>& views);

}  // namespace espalier::cli
