// Report section: best settings per size, chosen on validation images and reported on test images, with their ties.
#include <fmt/format.h>

#include <algorithm>

#include "espalier/report/wording.hpp"
#include "report/axis_values.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"
#include "report/ranked_settings.hpp"

namespace espalier::report {
namespace {

constexpr metrics::MetricName kValid{metrics::Subset::valid, metrics::Metric::top1};
constexpr metrics::MetricName kTest{metrics::Subset::test, metrics::Metric::top1};

std::string setting_of(const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  std::vector<plan::Label> labels;
  for (std::size_t i = 0; i < axes.size(); ++i) labels.push_back({axes[i], values[i]});
  return setting_text(labels);
}

/// The metric of one setting; of test images only the chosen setting's is ever looked at.
std::string metric_text(const std::vector<RunView>& chosen, const std::vector<std::string>& axes,
                        const metrics::MetricName& metric) {
  const bool measured =
      std::any_of(chosen.begin(), chosen.end(), [&](const RunView& view) { return final_row(view, metric.subset); });
  if (!measured) return "-";
  Query query;
  query.metric = metric;
  query.by = axes;
  return cell_text(metric, aggregate(chosen, query).front());
}

std::vector<std::string> best_row(const std::vector<RunView>& runs, const std::vector<std::string>& axes,
                                  const metrics::MetricName& by) {
  const auto settings = settings_of(runs, axes);
  const auto standings = ranked(settings, by);
  if (standings.empty() || standings.front().splits == 0) return {"-", "-", "-", "-", "no run is done"};
  const auto& [best, chosen] = settings[standings.front().setting];
  std::vector<std::string> ties;
  for (std::size_t i = 1; i < standings.size(); ++i) {
    if (standings[i].indistinguishable) ties.push_back(setting_of(axes, settings[standings[i].setting].values));
  }
  const bool cannot_say = std::max(standings.front().splits, standings.front().folds) < stats::kLeastSplits;
  return {setting_of(axes, best), metric_text(chosen, axes, kValid), metric_text(chosen, axes, kTest),
          fmt::format("{} of {}", standings.front().wins, standings.front().splits),
          cannot_say ? "too few splits to say" : ties_text(ties)};
}

bool has(metrics::Subset subset, const std::vector<RunView>& runs) {
  return std::any_of(runs.begin(), runs.end(), [&](const RunView& view) { return final_row(view, subset); });
}

/// The axes in which the settings of one size differ.
std::vector<std::string> setting_axes(const study::Experiment& experiment, const std::vector<RunView>& runs) {
  auto axes = own_axes(experiment, runs);
  for (const auto& axis : unexplained_axes(runs, axes)) axes.push_back(axis);
  return axes;
}

/// What a setting is best for: a size, and a target where there are several, whose accuracies do not compare.
std::vector<std::string> axes_of_place(const std::vector<RunView>& runs) {
  std::vector<std::string> axes;
  if (values_of(runs, "target").size() > 1) axes.push_back("target");
  axes.push_back("per_class");
  return axes;
}

/// The runs of each place, in the order of the axes' values.
std::vector<std::vector<RunView>> by_place(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  std::vector<std::vector<RunView>> places = {runs};
  for (const auto& axis : axes) {
    std::vector<std::vector<RunView>> finer;
    for (const auto& place : places) {
      for (const auto& value : values_of(place, axis)) finer.push_back(select(place, {{axis, {value}}}));
    }
    places = std::move(finer);
  }
  return places;
}

std::string best_table(const std::vector<RunView>& runs, const study::Experiment& experiment) {
  auto axes = own_axes(experiment, runs);
  const auto place_axes = axes_of_place(runs);
  if (std::erase(axes, "per_class") == 0 || axes.empty()) return "";
  const bool on_valid = has(kValid.subset, runs);
  if (!on_valid && !has(kTest.subset, runs)) return "";
  WordTable table{place_axes, {}};
  for (const char* title : {on_valid ? "best on validation" : "best on test (no validation images)", "validation %",
                            "test %", "wins", "cannot be told from it"}) {
    table.header.push_back(title);
  }
  for (const auto& here : by_place(runs, place_axes)) {
    const auto settings = setting_axes(experiment, here);
    if (settings.empty()) continue;
    auto row = best_row(here, settings, on_valid ? kValid : kTest);
    for (std::size_t i = 0; i < place_axes.size(); ++i) {
      row.insert(row.begin() + static_cast<std::ptrdiff_t>(i), here.front().value(place_axes[i]));
    }
    table.rows.push_back(std::move(row));
  }
  return table.rows.empty() ? "" : element("h3", escape(experiment.name)) + "\n" + html_table(table);
}

}  // namespace

std::string best_section(const PageContext& context) {
  std::string body;
  for (const auto& experiment : context.study.experiments) {
    const auto runs = runs_of_experiment(context.views, experiment.name);
    if (!runs.empty()) body += best_table(runs, experiment);
  }
  if (body.empty()) return "";
  const auto counted = counted_in(context.views, {});
  const bool by_split = counted == "split";
  const std::string note = fmt::format(
      "For each size (and target), the setting with the highest validation top-1 accuracy {1} (test accuracy where a "
      "study has no validation images: the best of several looks better than it is there); its test accuracy; in how "
      "many {0}s it was the best; and every setting whose paired difference to it is not significant "
      "(Student's test over {0}s{2}, Holm's adjustment within a size, 0.05). Ties go as those of selections do.",
      spoken(counted),
      by_split ? over_splits(context.study.split.count, context.overlapping) : "over " + spoken(counted) + "s",
      context.study.split.folds > 0 && context.study.split.count == 1
          ? ", here over the folds of the one: " + folds_note()
          : "");
  return section("best", "Best settings, size by size", paragraph(note) + body);
}

}  // namespace espalier::report
