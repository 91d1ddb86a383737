// Fills the table of distances: targets by methods, the floors, and how far the methods' orders of the targets agree.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "espalier/report/wording.hpp"
#include "espalier/stats/rank_correlation.hpp"
#include "report/page_context.hpp"
#include "report/tables/study_tables.hpp"
#include "report/target_distances.hpp"

namespace espalier::report {
namespace {

using Row = std::vector<std::string>;
using Cells = std::map<Row, stats::CellSummary>;  ///< by target and method

Query query_of(const metrics::MetricName& metric) {
  Query query;
  query.metric = metric;
  query.unrecorded = Unrecorded::empty;
  query.by = {"target", "method"};
  return query;
}

/// What each draw of images gave.
std::vector<double> draws_of(const std::vector<RunView>& runs, const metrics::MetricName& metric) {
  std::vector<double> draws;
  for (const auto& view : runs) {
    const auto* row = final_row(view, metric.subset);
    if (row && std::isfinite(metric.of(*row))) draws.push_back(metric.of(*row));
  }
  return draws;
}

Cells cells_of(const std::vector<RunView>& runs, const metrics::MetricName& metric) {
  const bool one_split = values_of(runs, "split").size() < 2 && !all_repeat_by_replicate(runs);  // one network
  Cells cells;
  for (auto& cell : aggregate(runs, query_of(metric))) {
    const Row place = cell.group;
    if (one_split) {
      const auto here = select(runs, {{"target", {place[0]}}, {"method", {place[1]}}});
      cell.summary.interval = range_of_draws(draws_of(here, metric));
    }
    cells.emplace(place, std::move(cell));
  }
  return cells;
}

const stats::CellSummary* measured(const Cells& cells, const std::string& target, const std::string& method) {
  const auto found = cells.find({target, method});
  return found == cells.end() || found->second.summary.n == 0 ? nullptr : &found->second;
}

/// "0.071 ± 0.004", or "-".
std::string text_of(const stats::CellSummary* cell, const std::string& method) {
  if (!cell) return "-";
  const auto& summary = cell->summary;
  std::string text = distance_text(method, summary.mean);
  if (summary.interval) text += " ± " + distance_text(method, summary.interval->high - summary.mean);
  return text;
}

/// By the first method's distance; targets without one come last.
Row by_distance(Row targets, const Cells& cells, const std::string& method) {
  const auto distance = [&](const std::string& target) {
    const auto* cell = measured(cells, target, method);
    return cell ? cell->summary.mean : std::numeric_limits<double>::infinity();
  };
  std::stable_sort(targets.begin(), targets.end(),
                   [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  return targets;
}

WordTable distance_words(const Row& targets, const Row& methods, const Cells& distances, const Cells& floors) {
  WordTable words{{"target"}, {}};
  for (const auto& method : methods) {
    words.header.push_back(method);
    words.header.push_back("floor of " + method);
  }
  for (const auto& target : targets) {
    Row row = {target};
    for (const auto& method : methods) {
      row.push_back(text_of(measured(distances, target, method), method));
      row.push_back(text_of(measured(floors, target, method), method));
    }
    words.rows.push_back(std::move(row));
  }
  return words;
}

std::string coefficient(const std::optional<double>& value) { return value ? fmt::format("{:.3f}", *value) : "-"; }

/// A row for each two methods, over the targets that both measured.
WordTable agreement_words(const Row& targets, const Row& methods, const Cells& distances) {
  WordTable words{{"methods", "Spearman", "Kendall", "targets"}, {}};
  for (std::size_t i = 0; i < methods.size(); ++i) {
    for (std::size_t j = i + 1; j < methods.size(); ++j) {
      std::vector<double> a, b;
      for (const auto& target : targets) {
        const auto *one = measured(distances, target, methods[i]), *other = measured(distances, target, methods[j]);
        if (!one || !other) continue;
        a.push_back(one->summary.mean);
        b.push_back(other->summary.mean);
      }
      words.rows.push_back({methods[i] + " and " + methods[j], coefficient(stats::spearman(a, b)),
                            coefficient(stats::kendall(a, b)), std::to_string(a.size())});
    }
  }
  return words;
}

/// The runs for each setting of the axes that the table does not show.
std::vector<std::pair<std::string, std::vector<RunView>>> settings_of(const std::vector<RunView>& runs) {
  const auto axes = unexplained_axes(runs, {"target", "method"});
  std::vector<std::pair<std::string, std::vector<RunView>>> settings;
  for (const auto& view : runs) {
    std::vector<AxisCondition> here;
    for (const auto& axis : axes) here.push_back({axis, {view.value(axis)}});
    const std::string caption = study::text_of(here);
    const bool known =
        std::any_of(settings.begin(), settings.end(), [&](const auto& one) { return one.first == caption; });
    if (!known) settings.emplace_back(caption, select(runs, here));
  }
  return settings;
}

/// Both metrics of all cells, a row each.
WordTable exact_words(const std::vector<RunView>& runs) {
  const auto others = unexplained_axes(runs, {"target", "method"});
  WordTable words;
  for (const auto& metric : {distance_metric(), floor_metric()}) {
    Query query = query_of(metric);
    query.by.insert(query.by.end(), others.begin(), others.end());
    const auto part = exact(aggregate(runs, query), query);
    words.header = part.header;
    words.rows.insert(words.rows.end(), part.rows.begin(), part.rows.end());
  }
  return words;
}

}  // namespace

void fill_distances_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked) {
  const auto runs = required_runs(views, asked.experiment);
  table.note =
      "Mean over splits ± half of Student's 95 % interval; with a single split, ± half of Student's 95 % range of one "
      "draw of images, where there are several (replicates). The floor is what two halves of the source's own images "
      "give. Of svm and cnn: the accuracy of what tells the two sets of images apart, 50 % where it cannot.";
  for (const auto& [caption, here] : settings_of(runs)) {
    const auto distances = cells_of(here, distance_metric()), floors = cells_of(here, floor_metric());
    const auto methods = values_of(here, "method");
    const auto targets = by_distance(values_of(here, "target"), distances, methods.front());
    table.parts.push_back({caption, "", distance_words(targets, methods, distances, floors)});
    if (methods.size() > 1) {
      table.parts.push_back(
          {(caption.empty() ? "" : caption + ": ") + std::string("do the orders of the targets agree?"), "",
           agreement_words(targets, methods, distances)});
    }
  }
  table.exact = exact_words(runs);
}

}  // namespace espalier::report
