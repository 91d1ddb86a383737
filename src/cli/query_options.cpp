// Declares the options --by, --over, --metric, --where and others, and turns them into a report query.
#include "cli/query_options.hpp"

#include <fmt/format.h>

#include "cli/result_dir.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/report/page.hpp"

namespace espalier::cli {

void add_query_options(CLI::App& verb, QueryOptions& options) {
  verb.add_option("--by", options.by, "axes that make the cells, by commas");
  verb.add_option("--over", options.over, "axes to average over within a split");
  verb.add_flag("--over-targets", options.over_targets,
                "targets are what repeats a setting: n counts them, and splits are averaged within each");
  verb.add_option("--metric", options.metric,
                  "at the final epoch: train|valid|test|train_eval . loss|top1|top5; default: test.top1, or what was "
                  "recorded in its place");
  verb.add_option("--experiment", options.experiment, "only this experiment");
  verb.add_option("--where", options.where, "AXIS=VALUE or AXIS=VALUE|VALUE; several must all hold");
  verb.add_option("--confidence", options.confidence, "of the intervals")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 0.9999));
  verb.add_option(
          "--bootstrap", options.bootstrap,
          "N: from stored predictions, intervals over test images by N resamples; 'compare' adds McNemar's test "
          "of each pair")
      ->check(CLI::Range(100, 1'000'000));
  auto* csv = verb.add_flag("--csv", options.csv, "full precision, comma-separated");
  verb.add_flag("--json", options.json, "one JSON object")->excludes(csv);
}

report::Query query_of(const QueryOptions& options) {
  report::Query query;
  if (!options.metric.empty()) query.metric = metrics::parse_metric(options.metric);
  query.by = parse_axes(options.by);
  query.over = parse_axes(options.over);
  query.confidence = options.confidence;
  if (options.over_targets) query.unit = "target";
  for (const auto& text : options.where) query.where.push_back(report::parse_condition(text));
  if (!options.experiment.empty()) query.where.push_back({"experiment", {options.experiment}});
  return query;
}

report::Resampling resampling_of(const QueryOptions& options) {
  if (options.over_targets || !options.over.empty() || (!options.metric.empty() && options.metric != "test.top1"))
    throw UsageError("--bootstrap goes with test.top1 alone, and without --over and --over-targets",
                     "it resamples the test images of stored predictions", "Leave the other options out.");
  if (options.json)
    throw UsageError("--bootstrap has no --json", "its rows are a table", "Use --csv, which has all digits.");
  return {options.bootstrap, 0, options.confidence};
}

void print_over_images(const report::WordTable& readable, const report::WordTable& exact, const QueryOptions& options) {
  if (options.csv) return fmt::print("{}", report::csv(exact));
  fmt::print(
      "{}\nPercentile bootstrap over the test images, {} resamples; runs are averaged image by image first. It "
      "says nothing of other training images or source networks.\n",
      printable(readable).text(), options.bootstrap);
}

void choose_metric(report::Query& query, const QueryOptions& options, const std::vector<report::RunView>& views) {
  if (!options.metric.empty()) return;
  const auto usual = metrics::to_string(query.metric);
  query.metric = report::reported_metric(views);
  const auto chosen = metrics::to_string(query.metric);
  if (chosen != usual) fmt::print(stderr, "espalier: note: {} is shown: no run recorded {}\n", chosen, usual);
}

}  // namespace espalier::cli
