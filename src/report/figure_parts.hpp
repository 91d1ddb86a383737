#pragma once
// What all kinds of figures are made with.
#include "espalier/report/figure.hpp"

namespace espalier::report {

XScale scale_of(const std::string& axis, const std::vector<std::string>& values);

/// Replaces all characters but letters, digits, '-' and '_', since file names must not come straight from the study.
std::string harmless(const std::string& text);

/// The index of a value; the number of values where it is not among them.
std::size_t place_of(const std::vector<std::string>& values, const std::string& value);

/// Where value `x` stands on the axis; before a logarithm is taken.
double position(const Figure& figure, std::size_t x);

/// Whether a figure has distances along x: they are measured, and no values of an axis.
bool is_by_distance(const study::FigureSpec& asked);

/// The bar of a point: its interval; of replicates in one split one standard deviation to each side.
std::optional<stats::Interval> bar_of(const stats::CellSummary& cell);

/// A label of a tic for gnuplot, single-quoted: to it these are formats, in which a percent sign is doubled.
std::string tic_label(const std::string& text);

/// The lines of a script that choose SVG of this size ("760,430") and the look that all figures share.
std::string svg_terminal(const std::string& size);

/// Divides two sides. Never throws for what runs do not have: Figure::problem says it.
Figure make_ratio_figure(const std::vector<RunView>& views, const study::FigureSpec& asked);

}  // namespace espalier::report
