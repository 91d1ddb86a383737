// espalier aggregate DIR... --by AXES: prints means over splits, cell by cell.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/json_text.hpp"
#include "cli/predictions_file.hpp"
#include "cli/query_options.hpp"
#include "cli/result_dir.hpp"
#include "cli/result_json.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::vector<std::string> directories;
  QueryOptions query;
};

bool names(const std::vector<std::string>& axes, const std::string& axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// Without --by the cells are made by every axis that varies. Runs of different experiments never share a cell.
void fill_axes(report::Query& query, const std::vector<report::RunView>& views, bool asked) {
  if (!asked) {
    for (const auto& axis : report::varying_axes(views)) {
      if (axis != query.unit && !names(query.over, axis)) query.by.push_back(axis);
    }
  }
  const bool several = report::values_of(views, "experiment").size() > 1;
  if (several && !names(query.by, "experiment")) query.by.insert(query.by.begin(), "experiment");
}

void print(const Options& options, const report::Query& query, const std::vector<stats::CellSummary>& cells,
           const std::vector<report::Directory>& directories) {
  if (options.query.json) {
    nlohmann::ordered_json out = {{"metric", metrics::to_string(query.metric)},
                                  {"by", query.by},
                                  {"unit", query.counts()},
                                  {"confidence", options.query.confidence}};
    out["cells"] = nlohmann::ordered_json::array();
    for (const auto& cell : cells) out["cells"].push_back(to_json(cell, query));
    fmt::print("{}\n", json_text(out, 2));
  } else if (options.query.csv) {
    fmt::print("{}", report::csv(report::exact(cells, query)));
  } else {
    fmt::print("{}", printable(report::readable(cells, query)).text());
    const auto over_folds = [](const stats::CellSummary& cell) { return cell.summary.folds > 0; };
    if (std::any_of(cells.begin(), cells.end(), over_folds)) fmt::print("\n(corrected) {}\n", report::folds_note());
    if (out_is_terminal()) fmt::print("\n{}\n", interval_note(directories, query));
  }
}

void aggregate(const Options& options) {
  report::Query query = query_of(options.query);
  const auto directories = read_directories(options.directories);
  const bool apart = names(query.by, "directory");
  const auto all = report::runs_of(directories, apart ? report::SameCell::keep : report::SameCell::merge);
  const auto views = report::select(all, query.where);
  if (views.empty()) {
    throw UsageError("no run fits", "of " + std::to_string(all.size()) + " runs none fulfils --experiment and --where",
                     "Loosen them.");
  }
  choose_metric(query, options.query, views);
  fill_axes(query, views, !query.by.empty());
  if (options.query.bootstrap > 0) {
    const auto cells = report::image_cells(views, query, stored_predictions(), resampling_of(options.query));
    return print_over_images(report::readable(cells, query), report::exact(cells, query), options.query);
  }
  query.counted = report::counted_in(views, query);
  print(options, query, report::aggregate(views, query), directories);
}

}  // namespace

void add_aggregate(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  auto* verb = app.add_subcommand(
      "aggregate", "means over splits with intervals, cell by cell (default: by every axis that varies)");
  verb->add_option("DIR", options->directories, "what 'run --out' was given; several are merged")->required();
  add_query_options(*verb, options->query);
  verb->callback([options] { aggregate(*options); });
}

}  // namespace espalier::cli
