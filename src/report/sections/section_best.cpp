// Report section: best settings per size, chosen on validation images and reported on test images, with their ties.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/report/wording.hpp"
#include "espalier/stats/ranking.hpp"
#include "report/axis_values.hpp"
#include "report/html.hpp"
#include "report/page_context.hpp"

namespace espalier::report {
namespace {

constexpr metrics::MetricName kValid{metrics::Subset::valid, metrics::Metric::top1};
constexpr metrics::MetricName kTest{metrics::Subset::test, metrics::Metric::top1};

/// Settings of one size: axis values, and their means by split.
struct Settings {
  std::vector<stats::Cell> cells;
  std::vector<stats::SplitValues> by_split;
};

Settings settings_of(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  Query query;
  query.metric = kValid;
  query.by = axes;
  Settings settings{aggregate(runs, query), {}};
  std::map<std::string, std::size_t> splits;
  for (const auto& view : runs) splits.try_emplace(view.value("split"), splits.size());
  for (const auto& cell : settings.cells) {
    auto& values = settings.by_split.emplace_back(splits.size());
    for (const auto& split : cell.splits) values[splits[split.split]] = split.mean;
  }
  return settings;
}

std::string setting_of(const std::vector<std::string>& axes, const std::vector<std::string>& values) {
  std::vector<plan::Label> labels;
  for (std::size_t i = 0; i < axes.size(); ++i) labels.push_back({axes[i], values[i]});
  return setting_text(labels);
}

/// The test accuracy of the chosen setting; no other setting's test accuracy is looked at.
std::string test_text(const std::vector<RunView>& runs, const std::vector<std::string>& axes,
                      const std::vector<std::string>& values) {
  std::vector<Condition> here;
  for (std::size_t i = 0; i < axes.size(); ++i) here.push_back({axes[i], {values[i]}});
  const auto chosen = select(runs, here);
  const bool tested = std::any_of(chosen.begin(), chosen.end(),
                                  [](const RunView& view) { return final_row(view, metrics::Subset::test); });
  if (!tested) return "-";
  Query query;
  query.metric = kTest;
  query.by = axes;
  return cell_text(kTest, aggregate(chosen, query).front());
}

std::vector<std::string> best_row(const std::vector<RunView>& runs, const std::vector<std::string>& axes) {
  const auto settings = settings_of(runs, axes);
  std::vector<stats::RankedSetting> to_rank;
  for (const auto& by_split : settings.by_split) to_rank.push_back({by_split, {}, 0, false});
  auto standings = stats::rank(to_rank, stats::Better::higher);
  std::erase_if(standings, [](const stats::Standing& one) { return one.splits == 0; });
  if (standings.empty()) return {"-", "-", "-", "-", "no run is done"};
  const auto& best = settings.cells[standings.front().setting];
  std::vector<std::string> ties;
  for (std::size_t i = 1; i < standings.size(); ++i) {
    if (!standings[i].significant) ties.push_back(setting_of(axes, settings.cells[standings[i].setting].group));
  }
  const bool cannot_say = standings.front().splits < stats::kLeastSplits;
  return {setting_of(axes, best.group), cell_text(kValid, best), test_text(runs, axes, best.group),
          fmt::format("{} of {}", standings.front().wins, standings.front().splits),
          cannot_say ? "too few splits to say" : ties_text(ties)};
}

bool has_valid(const std::vector<RunView>& runs) {
  return std::any_of(runs.begin(), runs.end(),
                     [](const RunView& view) { return final_row(view, metrics::Subset::valid); });
}

/// The axes in which the settings of one size differ.
std::vector<std::string> setting_axes(const study::Experiment& experiment, const std::vector<RunView>& runs) {
  auto axes = own_axes(experiment, runs);
  for (const auto& axis : unexplained_axes(runs, axes)) axes.push_back(axis);
  return axes;
}

std::string best_table(const std::vector<RunView>& runs, const study::Experiment& experiment) {
  auto axes = own_axes(experiment, runs);
  if (std::erase(axes, "per_class") == 0 || axes.empty() || !has_valid(runs)) return "";
  WordTable table{{"per_class", "best on validation", "validation %", "test %", "wins", "cannot be told from it"}, {}};
  for (const auto& size : values_of(runs, "per_class")) {
    const auto here = select(runs, {{"per_class", {size}}});
    const auto settings = setting_axes(experiment, here);
    if (settings.empty()) continue;
    auto row = best_row(here, settings);
    row.insert(row.begin(), size);
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
  const std::string note = fmt::format(
      "For each size, the setting with the highest validation top-1 accuracy {}; its test accuracy; in how many "
      "splits it was the best; and every setting whose paired difference to it is not significant "
      "(Student's test over splits, Holm's adjustment within a size, 0.05).",
      over_splits(context.study.split.count, context.overlapping));
  return section("best", "Best settings, size by size", paragraph(note) + body);
}

}  // namespace espalier::report
