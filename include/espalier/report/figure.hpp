#pragma once
// A figure of a study: what it shows, its CSV, and the gnuplot script that draws it.
#include <functional>
#include <string>
#include <vector>

#include "espalier/report/cell_table.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// A point of a curve: a cell at a place of the x axis.
struct FigurePoint {
  std::size_t x = 0;  ///< index into Figure::x_values
  stats::Cell cell;
};
struct FigureSeries {
  std::string value;  ///< of the series axis; "" where there is none
  std::vector<FigurePoint> points;
};
struct FigurePanel {
  std::string caption;  ///< "decay_epoch = 5"; "" where the figure has one panel
  std::vector<FigureSeries> series;
};

enum class XScale : std::uint8_t { category, linear, logarithmic };

struct Figure {
  study::Figure asked;
  std::string name;  ///< of its files, without ending: "frozen-per_class"
  metrics::MetricName metric;
  XScale x_scale = XScale::category;
  bool x_ordered = true;  ///< words have no order: their points are not joined
  std::vector<std::string> x_values, series_values;
  std::vector<FigurePanel> panels;  ///< one for each value of the axes that neither x nor series show
  double confidence = 0.95;
  WordTable table;  ///< exact; its axes are panel axes, series, x
};

/// Gathers what `asked` wants from its experiment's runs. Throws UsageError where its axes or metric are not there.
Figure make_figure(const std::vector<RunView>& views, const study::Figure& asked);

/// The figures a study asks for; for one that asks for none, each experiment by its first two varying axes.
std::vector<Figure> make_figures(const std::vector<RunView>& views, const study::Study& study);

/// A gnuplot script that writes SVG to standard output. Data and labels only: nothing in it is run as a command.
std::string gnuplot_script(const Figure& figure, const FigurePanel& panel);

/// gnuplot, or a stand-in in tests: script in, SVG out.
using Draw = std::function<std::string(const std::string& script)>;

/// SVG for use inside a page: no prologue, ids of its own (`prefix`), ink in the page's text colour.
std::string inline_svg(const std::string& svg, const std::string& prefix);

}  // namespace espalier::report
