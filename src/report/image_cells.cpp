// Gathers stored predictions run by run, and resamples the test images of cells and pairs.
#include "espalier/report/image_cells.hpp"

#include <fmt/format.h>

#include <map>
#include <numeric>
#include <optional>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;
constexpr metrics::MetricName kTop1{metrics::Subset::test, metrics::Metric::top1};

bool has_predictions(const RunView& view) {
  return view.task && view.state == task::RunState::done && !view.task->predictions.artifact.empty();
}

struct ReadRun {
  stats::Hits hits;
  std::vector<std::int32_t> labels;
};

ReadRun read_run(const RunView& view, const ReadPredictions& read) {
  const auto predictions = read(*view.directory, view.task->predictions.artifact);
  ReadRun run{{}, predictions.labels};
  run.hits.reserve(run.labels.size());
  for (std::size_t i = 0; i < run.labels.size(); ++i)
    run.hits.push_back(predictions.predicted[i] == predictions.labels[i]);
  return run;
}

/// Splits with classes of their own have test images of their own: these are no draws of one set.
void require_same(const std::vector<std::int32_t>& one, const std::vector<std::int32_t>& other, const RunView& view) {
  if (one == other) return;
  throw UsageError("runs of one cell were tested on different images",
                   "split " + view.value("split") + " of '" + view.run->experiment + "' has others than the first",
                   "Resample within one split: add --where split=1, or split to --by.");
}

[[noreturn]] void refuse_empty() {
  throw UsageError("no run has stored predictions of one class an image",
                   "finished runs with test images keep them; data with several labels keep scores",
                   "Look at results of single-label data with test images.");
}

struct Cell {
  std::vector<stats::Hits> hits;
  std::vector<std::int32_t> labels;
};

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string points(double share) { return figure_of(kTop1, share); }
std::string number(double value) { return fmt::format("{}", value); }
std::string percent(double confidence) { return fmt::format("{:g} % interval over test images", 100 * confidence); }

}  // namespace

std::vector<ImageCell> image_cells(const std::vector<RunView>& views, const Query& query, const ReadPredictions& read,
                                   const Resampling& resampling) {
  std::vector<Words> order;
  std::map<Words, Cell> cells;
  for (const auto& view : views) {
    if (!has_predictions(view)) continue;
    const auto group = values_at(view, query.by);
    const auto [where, is_new] = cells.try_emplace(group);
    auto run = read_run(view, read);
    if (is_new) order.push_back(group);
    else require_same(where->second.labels, run.labels, view);
    where->second.labels = std::move(run.labels);
    where->second.hits.push_back(std::move(run.hits));
  }
  if (cells.empty()) refuse_empty();
  std::vector<ImageCell> made;
  for (const auto& group : order) {
    const auto& cell = cells.at(group);
    const auto means = stats::mean_hits(cell.hits);
    made.push_back({group, static_cast<int>(cell.hits.size()), static_cast<std::int64_t>(means.size()), mean_of(means),
                    stats::bootstrap_mean(means, resampling.resamples, resampling.seed, resampling.confidence)});
  }
  return made;
}

std::vector<ImagePair> image_pairs(const std::vector<RunView>& a, const std::vector<RunView>& b, const Query& query,
                                   const ReadPredictions& read, const Resampling& resampling) {
  static const Words kRepetition = {"split", "replicate", "fold"};
  std::map<std::pair<Words, Words>, const RunView*> partners;
  const auto key = [&](const RunView& view) {
    return std::pair(values_at(view, query.by), values_at(view, kRepetition));
  };
  for (const auto& view : b) {
    if (has_predictions(view)) partners[key(view)] = &view;
  }
  std::vector<ImagePair> pairs;
  for (const auto& view : a) {
    const auto partner = partners.find(key(view));
    if (!has_predictions(view) || partner == partners.end()) continue;
    const auto one = read_run(view, read), other = read_run(*partner->second, read);
    require_same(one.labels, other.labels, view);
    std::vector<double> differences;
    for (std::size_t i = 0; i < one.hits.size(); ++i)
      differences.push_back((one.hits[i] ? 1.0 : 0.0) - (other.hits[i] ? 1.0 : 0.0));
    pairs.push_back({partner->first.first, partner->first.second, static_cast<std::int64_t>(differences.size()),
                     mean_of(differences),
                     stats::bootstrap_mean(differences, resampling.resamples, resampling.seed, resampling.confidence),
                     stats::mcnemar(one.hits, other.hits)});
  }
  if (pairs.empty()) refuse_empty();
  return pairs;
}

WordTable readable(const std::vector<ImageCell>& cells, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(), {"test.top1 %", percent(query.confidence), "test images", "runs"});
  for (const auto& cell : cells) {
    Words row = cell.group;
    row.insert(row.end(), {points(cell.mean), interval_text(kTop1, cell.interval), std::to_string(cell.images),
                           std::to_string(cell.runs)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable exact(const std::vector<ImageCell>& cells, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(), {"metric", "mean", "low", "high", "images", "runs", "unit"});
  for (const auto& cell : cells) {
    Words row = cell.group;
    row.insert(row.end(), {"test.top1", number(cell.mean), number(cell.interval.low), number(cell.interval.high),
                           std::to_string(cell.images), std::to_string(cell.runs), "test_image"});
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable readable(const std::vector<ImagePair>& pairs, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(), {"split", "replicate", "fold", "difference", percent(query.confidence),
                                           "only a right", "only b right", "McNemar p", "test images"});
  for (const auto& pair : pairs) {
    Words row = pair.group;
    row.insert(row.end(), pair.repetition.begin(), pair.repetition.end());
    row.insert(row.end(),
               {(pair.difference > 0 ? "+" : "") + points(pair.difference), interval_text(kTop1, pair.interval),
                std::to_string(pair.mcnemar.only_a), std::to_string(pair.mcnemar.only_b), p_text(pair.mcnemar.p_value),
                std::to_string(pair.images)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable exact(const std::vector<ImagePair>& pairs, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(), {"split", "replicate", "fold", "metric", "difference", "low", "high",
                                           "only_a", "only_b", "mcnemar_p", "images", "unit"});
  for (const auto& pair : pairs) {
    Words row = pair.group;
    row.insert(row.end(), pair.repetition.begin(), pair.repetition.end());
    row.insert(row.end(), {"test.top1", number(pair.difference), number(pair.interval.low), number(pair.interval.high),
                           std::to_string(pair.mcnemar.only_a), std::to_string(pair.mcnemar.only_b),
                           number(pair.mcnemar.p_value), std::to_string(pair.images), "test_image"});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace espalier::report
