// Formats cells and contrasts as readable or exact rows, CSV, and pivot tables.
#include "espalier/report/cell_table.hpp"

#include <fmt/format.h>

#include <map>

#include "espalier/report/wording.hpp"

namespace espalier::report {
namespace {

using Row = std::vector<std::string>;

std::string exact_number(double value) { return fmt::format("{}", value); }  // shortest text that reads back equal

std::string or_empty(int n, double value) { return n > 0 ? exact_number(value) : ""; }

void append_interval(Row& row, const std::optional<stats::Interval>& interval) {
  row.push_back(interval ? exact_number(interval->low) : "");
  row.push_back(interval ? exact_number(interval->high) : "");
}

void append_counts(Row& row, const stats::RunCounts& counts) {
  for (const int count : {counts.runs, counts.measured, counts.diverged, counts.missing, counts.at_chance}) {
    row.push_back(std::to_string(count));
  }
}

std::string ratio_text(const std::optional<stats::Ratio>& ratio) {
  if (!ratio) return "-";
  if (!ratio->interval) return fmt::format("{:.3f}", ratio->mean);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", ratio->mean, ratio->interval->low, ratio->interval->high);
}

/// "4"; of one split with folds "1 (5 folds)".
std::string count_text(const stats::Summary& summary) {
  if (summary.folds == 0) return std::to_string(summary.n);
  return fmt::format("{} ({} folds)", summary.n, summary.folds);
}

std::string units_of(const Query& query) { return query.counts() + "s"; }

/// In a heading that people read.
std::string spoken_units_of(const Query& query) { return spoken(query.counts()) + "s"; }

/// What the intervals of folds are by: a word behind them, wherever they stand.
std::string labelled_interval(const Query& query, const stats::Summary& summary) {
  const bool corrected = summary.folds > 0 && summary.interval;
  return interval_text(query.metric, summary.interval) + (corrected ? " (corrected)" : "");
}

/// Behind all other columns: what repeats a setting, and how many folds the intervals are over.
void append_spread(Row& row, const Query& query, const stats::Summary& summary) {
  row.push_back(query.counts());
  row.push_back(summary.folds > 0 ? std::to_string(summary.folds) : "");
}

std::string side_text(const Query& query, const stats::Summary& side) {
  return side.n ? figure_of(query.metric, side.mean) : "-";
}

std::string signed_figure(const Query& query, const stats::Summary& difference) {
  if (difference.n == 0) return "-";
  return (difference.mean > 0 ? "+" : "") + figure_of(query.metric, difference.mean);
}

}  // namespace

WordTable readable(const std::vector<stats::CellSummary>& cells, const Query& query) {
  WordTable table{query.by, {}};
  const std::string unit = shown_scale(query.metric) == 100 ? " %" : "";
  const std::string confidence = fmt::format("{:g} % interval", 100 * query.confidence);
  for (const auto& title : {metrics::to_string(query.metric) + unit, confidence, std::string("sd"),
                            std::string("sd within"), spoken_units_of(query), std::string("runs")}) {
    table.header.push_back(title);
  }
  for (const auto& cell : cells) {
    Row row = cell.group;
    row.push_back(cell.summary.n ? figure_of(query.metric, cell.summary.mean) : "-");
    row.push_back(labelled_interval(query, cell.summary));
    row.push_back(cell.summary.values() > 1 ? figure_of(query.metric, cell.summary.sd) : "-");
    row.push_back(cell.sd_within ? figure_of(query.metric, *cell.sd_within) : "-");
    row.push_back(count_text(cell.summary));
    std::string runs = stats::to_string(cell.counts);
    if (!cell.incomplete.empty())
      runs += fmt::format("; {} incomplete {} left out", cell.incomplete.size(), spoken_units_of(query));
    row.push_back(std::move(runs));
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable readable(const std::vector<stats::Contrast>& contrasts, const Query& query, const std::string& a,
                   const std::string& b) {
  WordTable table{query.by, {}};
  const std::string metric = metrics::to_string(query.metric) + (shown_scale(query.metric) == 100 ? " %" : "");
  for (const auto& title : {metric + " of " + a, "of " + b, std::string("difference"),
                            fmt::format("{:g} % interval", 100 * query.confidence), std::string("p"),
                            std::string("ratio"), spoken_units_of(query), std::string("pairs")}) {
    table.header.push_back(title);
  }
  for (const auto& contrast : contrasts) {
    Row row = contrast.group;
    const auto& difference = contrast.difference.difference;
    row.push_back(side_text(query, contrast.mean_a));
    row.push_back(side_text(query, contrast.mean_b));
    row.push_back(signed_figure(query, difference));
    row.push_back(labelled_interval(query, difference));
    row.push_back(difference.interval ? p_text(contrast.difference.p_value) : "-");
    row.push_back(ratio_text(contrast.ratio));
    row.push_back(count_text(difference));
    std::string pairs = std::to_string(contrast.pairs);
    if (contrast.unpaired) pairs += fmt::format(", {} without partner", contrast.unpaired);
    if (!contrast.incomplete.empty())
      pairs += fmt::format("; {} incomplete {} left out", contrast.incomplete.size(), spoken_units_of(query));
    if (!contrast.a.complete() || contrast.a.at_chance) pairs += "; a: " + stats::to_string(contrast.a);
    if (!contrast.b.complete() || contrast.b.at_chance) pairs += "; b: " + stats::to_string(contrast.b);
    row.push_back(std::move(pairs));
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable exact(const std::vector<stats::CellSummary>& cells, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(),
                      {"metric", units_of(query), "mean", "sd", "low", "high", "sd_within", "runs", "measured",
                       "diverged", "missing", "at_chance", "incomplete_" + units_of(query), "unit", "folds"});
  for (const auto& cell : cells) {
    Row row = cell.group;
    row.push_back(metrics::to_string(query.metric));
    row.push_back(std::to_string(cell.summary.n));
    row.push_back(or_empty(cell.summary.n, cell.summary.mean));
    row.push_back(cell.summary.values() > 1 ? exact_number(cell.summary.sd) : "");
    append_interval(row, cell.summary.interval);
    row.push_back(cell.sd_within ? exact_number(*cell.sd_within) : "");
    append_counts(row, cell.counts);
    row.push_back(std::to_string(cell.incomplete.size()));
    append_spread(row, query, cell.summary);
    table.rows.push_back(std::move(row));
  }
  return table;
}

WordTable exact(const std::vector<stats::Contrast>& contrasts, const Query& query) {
  WordTable table{query.by, {}};
  table.header.insert(table.header.end(), {"metric", units_of(query), "mean_a", "mean_b", "difference",
                                           "difference_low", "difference_high", "p", "ratio", "ratio_low", "ratio_high",
                                           "pairs", "unpaired", "incomplete_" + units_of(query), "unit", "folds"});
  for (const auto& contrast : contrasts) {
    Row row = contrast.group;
    const auto& difference = contrast.difference.difference;
    row.push_back(metrics::to_string(query.metric));
    row.push_back(std::to_string(difference.n));
    row.push_back(or_empty(difference.n, contrast.mean_a.mean));
    row.push_back(or_empty(difference.n, contrast.mean_b.mean));
    row.push_back(or_empty(difference.n, difference.mean));
    append_interval(row, difference.interval);
    row.push_back(difference.interval ? exact_number(contrast.difference.p_value) : "");
    row.push_back(contrast.ratio ? exact_number(contrast.ratio->mean) : "");
    append_interval(row, contrast.ratio ? contrast.ratio->interval : std::nullopt);
    row.push_back(std::to_string(contrast.pairs));
    row.push_back(std::to_string(contrast.unpaired));
    row.push_back(std::to_string(contrast.incomplete.size()));
    append_spread(row, query, difference);
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string csv(const WordTable& table) {
  std::string text = csv_line(table.header);
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

WordTable pivot(const std::vector<RunView>& views, const std::string& down, const std::string& across,
                const metrics::MetricName& metric) {
  Query query;
  query.metric = metric;
  query.unrecorded = Unrecorded::empty;  // such as an experiment that is not measured on these images
  query.by = across.empty() ? std::vector<std::string>{down} : std::vector<std::string>{down, across};
  std::map<Row, std::string> texts;
  for (const auto& cell : aggregate(views, query)) texts[cell.group] = cell_text(metric, cell);
  const auto columns = across.empty() ? Row{""} : values_of(views, across);
  WordTable table{{down}, {}};
  for (const auto& column : columns) {
    table.header.push_back(across.empty() ? metrics::to_string(metric) : across + " " + column);
  }
  for (const auto& value : values_of(views, down)) {
    Row row = {value};
    for (const auto& column : columns) {
      const auto found = texts.find(across.empty() ? Row{value} : Row{value, column});
      row.push_back(found == texts.end() ? "" : found->second);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace espalier::report
