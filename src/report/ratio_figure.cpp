// Makes figures of ratios: a point for each pair of cells, and the trend line through their logarithms.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "espalier/core/errors.hpp"
#include "report/axis_values.hpp"
#include "report/figure_parts.hpp"
#include "report/sides.hpp"
#include "report/target_distances.hpp"

namespace espalier::report {
namespace {

/// A pair of cells with its place.
struct Placed {
  std::string x, series;
  stats::Contrast contrast;
};

/// As a cell, whose mean is the ratio; without a value where there is none.
stats::CellSummary as_cell(const stats::Contrast& contrast) {
  stats::CellSummary cell;
  cell.group = contrast.group;
  if (!contrast.ratio) return cell;
  cell.summary.n = contrast.difference.difference.n;
  cell.summary.mean = contrast.ratio->mean;
  cell.summary.interval = contrast.ratio->interval;
  return cell;
}

std::vector<Placed> placed(const Sides& sides, const std::vector<RunView>& views, const study::FigureSpec& asked) {
  std::optional<TargetDistances> distances;
  if (is_by_distance(asked)) distances.emplace(views, asked.ratio->distances);
  std::vector<Placed> all;
  for (const auto& contrast : sides.contrasts) {
    const RunView& run = sides.example(contrast);
    const auto distance = distances ? distances->of(run) : std::nullopt;
    const std::string x = !distances ? run.value(asked.x) : distance ? fmt::format("{}", *distance) : "";
    all.push_back({x, asked.series.empty() ? "" : run.value(asked.series), contrast});
  }
  return all;
}

/// The CSV, where the distance stands before everything else.
WordTable table_of(const std::vector<Placed>& all, const Sides& sides, bool by_distance) {
  std::vector<stats::Contrast> contrasts;
  for (const auto& one : all) contrasts.push_back(one.contrast);
  WordTable table = exact(contrasts, sides.query);
  if (!by_distance) return table;
  table.header.insert(table.header.begin(), study::kDistance);
  for (std::size_t i = 0; i < all.size(); ++i) table.rows[i].insert(table.rows[i].begin(), all[i].x);
  return table;
}

std::optional<stats::Trend> trend_through(const Figure& figure) {
  if (figure.x_scale == XScale::category) return std::nullopt;
  std::vector<stats::Point> points;
  for (const auto& series : figure.panels.front().series) {
    for (const auto& point : series.points) {
      const double x = position(figure, point.x);
      points.push_back({figure.x_scale == XScale::logarithmic ? std::log10(x) : x, std::log(point.cell.summary.mean)});
    }
  }
  return stats::trend_of(points, figure.confidence);
}

void fill(Figure& figure, const std::vector<Placed>& all) {
  std::vector<std::string> x_values, series_values;
  for (const auto& one : all) {
    if (!one.x.empty()) x_values.push_back(one.x);
    series_values.push_back(one.series);
  }
  figure.x_values = in_order(x_values);
  figure.series_values = in_order(series_values);
  figure.x_scale = is_by_distance(figure.asked) ? XScale::linear : scale_of(figure.asked.x, figure.x_values);
  auto& panel = figure.panels.emplace_back();
  for (const auto& value : figure.series_values) panel.series.push_back({value, {}});
  for (const auto& one : all) {
    if (one.x.empty() || !one.contrast.ratio) {
      ++figure.left_out;
      continue;
    }
    panel.series[place_of(figure.series_values, one.series)].points.push_back(
        {place_of(figure.x_values, one.x), as_cell(one.contrast)});
  }
  std::erase_if(panel.series, [](const FigureSeries& series) { return series.points.empty(); });
  figure.trend = trend_through(figure);
}

}  // namespace

Figure make_ratio_figure(const std::vector<RunView>& views, const study::FigureSpec& asked) {
  Figure figure;
  figure.asked = asked;
  figure.name = harmless(asked.experiment) + "-ratio-" + harmless(asked.x);
  figure.metric = metrics::parse_metric(asked.y);
  figure.x_ordered = false;  // points of several targets are no curve
  try {
    std::vector<std::string> by;
    if (!asked.series.empty()) by.push_back(asked.series);
    if (!is_by_distance(asked)) by.push_back(asked.x);
    const Sides sides = sides_of(views, {asked.experiment, *asked.ratio, asked.y, by});
    figure.confidence = sides.query.confidence;
    figure.unit = sides.query.counted;
    const auto all = placed(sides, views, asked);
    figure.table = table_of(all, sides, is_by_distance(asked));
    fill(figure, all);
  } catch (const UsageError& error) {
    figure.problem = error.what();
  }
  return figure;
}

}  // namespace espalier::report
