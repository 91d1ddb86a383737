// espalier compare DIR A B: compares two settings, paired over splits and replicates.
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
  std::string directory, a, b;
  QueryOptions query;
};

bool names(const std::vector<report::AxisCondition>& conditions, const std::string& axis) {
  return std::any_of(conditions.begin(), conditions.end(), [&](const auto& c) { return c.axis == axis; });
}

/// Runs are paired within one experiment unless the sides name two: keeps only experiments that hold both sides.
std::vector<report::RunView> comparable(const std::vector<report::RunView>& views, const Options& options,
                                        const std::vector<report::AxisCondition>& a,
                                        const std::vector<report::AxisCondition>& b) {
  const auto side_a = report::select(views, a), side_b = report::select(views, b);
  for (const auto* side : {&side_a, &side_b}) {
    if (!side->empty()) continue;
    throw UsageError("no run fits '" + (side == &side_a ? options.a : options.b) + "'",
                     "one side has nothing to compare", "Look at 'espalier aggregate' for the values there are.");
  }
  if (names(a, "experiment")) return views;
  const auto in_a = report::values_of(side_a, "experiment"), in_b = report::values_of(side_b, "experiment");
  report::AxisCondition both{"experiment", {}};
  for (const auto& name : in_a) {
    if (std::find(in_b.begin(), in_b.end(), name) != in_b.end()) both.values.push_back(name);
  }
  if (!both.values.empty()) return report::select(views, {both});
  throw UsageError("no experiment holds both '" + options.a + "' and '" + options.b + "'",
                   "runs pair within one experiment", "Name two: experiment=NAME," + options.a + ".");
}

void print(const Options& options, const report::Query& query, const std::vector<stats::Contrast>& contrasts,
           const std::vector<report::Directory>& directories, const std::vector<std::string>& also) {
  if (options.query.json) {
    nlohmann::ordered_json out = {{"metric", metrics::to_string(query.metric)},
                                  {"a", options.a},
                                  {"b", options.b},
                                  {"by", query.by},
                                  {"unit", query.counts()},
                                  {"confidence", query.confidence},
                                  {"also_differ", also}};
    out["contrasts"] = nlohmann::ordered_json::array();
    for (const auto& contrast : contrasts) out["contrasts"].push_back(to_json(contrast, query));
    fmt::print("{}\n", json_text(out, 2));
  } else if (options.query.csv) {
    fmt::print("{}", report::csv(report::exact(contrasts, query)));
  } else {
    fmt::print("{}", printable(report::readable(contrasts, query, options.a, options.b)).text());
    const auto over_folds = [](const stats::Contrast& one) { return one.difference.difference.folds > 0; };
    if (std::any_of(contrasts.begin(), contrasts.end(), over_folds))
      fmt::print("\n(corrected) {}\n", report::folds_note());
    if (out_is_terminal()) fmt::print("\n{}\n", interval_note(directories, query));
  }
}

void compare(const Options& options) {
  report::Query query = query_of(options.query);
  const auto a = report::parse_conditions(options.a), b = report::parse_conditions(options.b);
  const auto directories = read_directories({options.directory});
  const auto views = comparable(report::select(report::runs_of(directories), query.where), options, a, b);
  choose_metric(query, options.query, views);
  const bool listed = std::find(query.by.begin(), query.by.end(), "experiment") != query.by.end();
  if (!listed && !names(a, "experiment") && report::values_of(views, "experiment").size() > 1) {
    query.by.insert(query.by.begin(), "experiment");
  }
  if (options.query.bootstrap > 0) {
    const auto pairs = report::image_pairs(report::select(views, a), report::select(views, b), query,
                                           stored_predictions(), resampling_of(options.query));
    return print_over_images(report::readable(pairs, query), report::exact(pairs, query), options.query);
  }
  query.counted = report::counted_in(report::select(views, a), report::select(views, b), query);
  const auto also = report::also_differing(views, a, b, query);
  for (const auto& axis : also) {
    fmt::print(stderr, "espalier: note: the two sides differ in '{}' too\n", axis);
  }
  print(options, query, report::contrast(views, a, b, query), directories, also);
}

}  // namespace

void add_compare(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  auto* verb = app.add_subcommand("compare", "paired differences and ratios of two settings");
  verb->add_option("DIR", options->directory, "what 'run --out' was given")->required();
  verb->add_option("A", options->a, "AXIS=VALUE[,AXIS=VALUE...]")->required();
  verb->add_option("B", options->b, "AXIS=VALUE[,AXIS=VALUE...]")->required();
  add_query_options(*verb, options->query);
  verb->callback([options] { compare(*options); });
}

}  // namespace espalier::cli
