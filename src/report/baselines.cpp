// Finds the runs without copied units that belong to the curves of a figure, and the number of outputs.
#include "report/baselines.hpp"

#include <algorithm>
#include <map>

#include "espalier/core/errors.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

/// Axes that say what is copied and how, which a network that copies nothing does not have.
bool is_of_copying(const std::string& axis) {
  static const Words kAxes = {"transferred", "frozen",   "source", "units", "tuned_unit",
                              "high_units",  "features", "chosen", "case",  "experiment"};
  return axis.starts_with("source.") || std::find(kAxes.begin(), kAxes.end(), axis) != kAxes.end();
}

bool is_from_scratch(const RunView& view) {
  return view.value("transferred") == "0" && view.task && !task::probe_of(view.task->task);
}

/// Those whose targets and networks runs of the figure have.
std::vector<RunView> on_the_same(const std::vector<RunView>& some, const std::vector<RunView>& runs) {
  std::vector<RunView> found;
  for (const auto& view : some) {
    const bool fits = std::any_of(runs.begin(), runs.end(), [&](const RunView& run) {
      return run.value("target") == view.value("target") && run.value("network") == view.value("network");
    });
    if (fits) found.push_back(view);
  }
  return found;
}

/// The figure's own ones where it has some.
std::vector<RunView> scratch_runs(const std::vector<RunView>& views, const std::vector<RunView>& runs) {
  std::vector<RunView> own, others;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(own), is_from_scratch);
  if (own.size() == runs.size()) return {};  // there is nothing to hold against them
  if (!own.empty()) return own;
  std::copy_if(views.begin(), views.end(), std::back_inserter(others), is_from_scratch);
  others = on_the_same(others, runs);
  if (others.empty()) return {};
  const auto name = others.front().run->experiment;  // of several experiments one, so that no mean is over two
  std::erase_if(others, [&](const RunView& view) { return view.run->experiment != name; });
  return others;
}

/// The axes of the figure that these runs have values of, too.
Words shared_axes(const Words& axes, const std::vector<RunView>& scratch, const std::vector<RunView>& runs) {
  Words shared;
  for (const auto& axis : axes) {
    if (is_of_copying(axis)) continue;
    const auto theirs = values_of(runs, axis), ours = values_of(scratch, axis);
    const bool meets = std::any_of(ours.begin(), ours.end(), [&](const std::string& value) {
      return !value.empty() && std::find(theirs.begin(), theirs.end(), value) != theirs.end();
    });
    if (meets) shared.push_back(axis);
  }
  return shared;
}

using Means = std::map<Words, double>;

Means means_of(const Figure& figure, const std::vector<RunView>& scratch, const Words& by) {
  Query query;
  query.metric = figure.metric;
  query.unrecorded = Unrecorded::empty;
  query.by = by;
  query.over = unexplained_axes(scratch, by);
  Means means;
  for (const auto& cell : aggregate(scratch, query)) {
    if (cell.summary.n > 0) means[cell.group] = cell.summary.mean;
  }
  return means;
}

/// Draws a line through the means that belong to one panel and series.
FigureSeries line_of(const Figure& figure, const Means& means, const Words& by,
                     const std::map<std::string, std::string>& at, const std::string& name) {
  FigureSeries line{name, {}};
  for (std::size_t x = 0; x < figure.x_values.size(); ++x) {
    Words key;
    for (const auto& axis : by) key.push_back(axis == figure.asked.x ? figure.x_values[x] : at.at(axis));
    const auto found = means.find(key);
    if (found == means.end()) continue;
    stats::CellSummary cell;
    cell.summary.n = 1;
    cell.summary.mean = found->second;
    line.points.push_back({x, std::move(cell)});
  }
  return line;
}

void add_scratch(Figure& figure, const std::vector<RunView>& scratch, const std::vector<RunView>& runs,
                 const Words& panel_axes) {
  Words axes = panel_axes;
  if (!figure.asked.series.empty()) axes.push_back(figure.asked.series);
  axes.push_back(figure.asked.x);
  const Words by = shared_axes(axes, scratch, runs);
  const bool by_series = std::find(by.begin(), by.end(), figure.asked.series) != by.end();
  const Means means = means_of(figure, scratch, by);
  for (auto& panel : figure.panels) {
    std::map<std::string, std::string> at;
    for (std::size_t i = 0; i < panel_axes.size(); ++i) at[panel_axes[i]] = panel.values[i];
    for (const auto& series : panel.series) {
      at[figure.asked.series] = series.value;
      auto line = line_of(figure, means, by, at, by_series ? series.value : "");
      if (line.points.size() > 1) panel.scratch.push_back(std::move(line));
      if (!by_series) break;
    }
  }
}

std::optional<std::string> labels_of(const store::TaskState& task) {
  if (const auto* probe = task::probe_of(task.task)) return probe->labels;
  return task::training(task.task).images.labels;
}

std::optional<std::int32_t> outputs_of(const RunView& view) {
  if (!view.task) return std::nullopt;
  const auto& maps = view.directory->state.catalog.label_maps;
  const auto found = maps.find(*labels_of(*view.task));
  return found == maps.end() || found->second.output_count <= 0 ? std::nullopt
                                                                : std::optional(found->second.output_count);
}

/// Of k chances among so many outputs.
void add_chance(Figure& figure, const std::vector<RunView>& runs) {
  using metrics::Metric;
  const auto outputs = common_outputs(runs);
  if (!outputs) return;
  const auto& facts = metrics::facts_of(figure.metric.metric);
  const std::int64_t within = figure.metric.metric == Metric::mean_class ? 1 : facts.within;
  if (within == 0) return;
  figure.chance = std::min(1.0, static_cast<double>(within) / *outputs);
}

}  // namespace

std::optional<std::int32_t> common_outputs(const std::vector<RunView>& runs) {
  std::optional<std::int32_t> common;
  for (const auto& view : runs) {
    const auto outputs = outputs_of(view);
    if (!outputs) continue;
    if (common && *common != *outputs) return std::nullopt;
    common = outputs;
  }
  return common;
}

std::optional<double> images_of_all(const std::vector<RunView>& runs) {
  double sum = 0;
  int known = 0;
  for (const auto& view : runs) {
    const auto outputs = outputs_of(view);
    if (view.value("per_class") != "all" || !outputs || view.task->task.images <= 0) continue;
    sum += static_cast<double>(view.task->task.images) / *outputs;
    ++known;
  }
  return known > 0 ? std::optional(sum / known) : std::nullopt;
}

void add_baselines(Figure& figure, const std::vector<RunView>& views, const std::vector<RunView>& runs,
                   const std::vector<std::string>& panel_axes) {
  if (figure.asked.over_targets) return;  // a mean over targets has no one network from scratch
  add_chance(figure, runs);
  if (figure.asked.series == "transferred") return;  // it has a curve of its own
  const auto scratch = scratch_runs(views, runs);
  if (scratch.empty()) return;
  try {
    add_scratch(figure, scratch, runs, panel_axes);
  } catch (const UsageError&) {  // their cells cannot be averaged: the figure stands without the line
    for (auto& panel : figure.panels) panel.scratch.clear();
  }
}

}  // namespace espalier::report
