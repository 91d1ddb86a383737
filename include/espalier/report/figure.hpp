#pragma once
// Makes the figures of a study: their cells, CSV, gnuplot script and SVG.
#include <functional>
#include <string>
#include <vector>

#include "espalier/report/cell_table.hpp"
#include "espalier/report/predictions.hpp"
#include "espalier/stats/trend.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// A point of a curve: a cell and its place on the x axis.
struct FigurePoint {
  std::size_t x = 0;  ///< index into Figure::x_values
  stats::CellSummary cell;
};
struct FigureSeries {
  std::string value;  ///< of the series axis; "" where there is none
  std::vector<FigurePoint> points;
};
struct FigurePanel {
  std::string caption;  ///< "decay_epoch = 5"; "" where the figure has one panel
  std::vector<FigureSeries> series;
  std::vector<std::string> values;    ///< of the axes that make panels
  std::vector<FigureSeries> scratch;  ///< means without copied units, by series or with value "" for all of them
};

enum class XScale : std::uint8_t { category, linear, logarithmic };

struct Figure {
  study::FigureSpec asked;
  std::string name;  ///< of its files, without extension: "frozen-per_class"
  metrics::MetricName metric;
  XScale x_scale = XScale::category;
  bool x_ordered = true;  ///< false for words: their points are not joined
  std::vector<std::string> x_values, series_values;
  std::vector<double> x_places;     ///< where the values stand, "all" at its number of images; empty: at their numbers
  std::optional<double> chance;     ///< the accuracy of guessing
  std::vector<FigurePanel> panels;  ///< one per value of the axes that are neither x nor series
  double confidence = 0.95;
  std::string unit = "split";  ///< what repeats a setting: "split" or "target"
  std::optional<stats::Trend>
      trend;            ///< of ratios: their logarithms by x, or by the logarithm (to 10) of a logarithmic x
  int left_out = 0;     ///< of ratios: pairs of cells without a ratio, or whose target has no distance yet
  std::string problem;  ///< why there is nothing to draw; else ""
  std::string note;     ///< of coarse classes: what their means are over, and what is left out
  WordTable table;      ///< exact values; its axes are the panel axes, series and x
};

/// Gathers the cells of the figure `asked`, which is none of coarse classes. Throws UsageError where its axes or metric
/// do not exist. Of ratios, a cell's mean and interval are those of the ratio, and all axes that vary otherwise are
/// points of their own.
Figure make_figure(const std::vector<RunView>& views, const study::FigureSpec& asked);

/// The figures that the study asks for; if it asks for none, one per experiment over its first two varying axes. `read`
/// reads what figures of coarse classes are made of.
std::vector<Figure> make_figures(const std::vector<RunView>& views, const study::Study& study,
                                 const ReadPredictions& read = {});

/// A gnuplot script that writes SVG to standard output. User text appears as data and labels only, never as commands.
std::string gnuplot_script(const Figure& figure, const FigurePanel& panel);

/// Draws a gnuplot script as SVG; tests use a stand-in.
using Draw = std::function<std::string(const std::string& script)>;

/// Makes SVG fit for use inside a page: no prologue, ids that start with `prefix`, the page's text colour for black.
std::string inline_svg(const std::string& svg, const std::string& prefix);

}  // namespace espalier::report
