// Makes the heat map of ranks: which values of an axis do best in each scenario, and which of them were chosen.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "espalier/core/errors.hpp"
#include "report/axis_values.hpp"
#include "report/page_context.hpp"
#include "report/tables/study_tables.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

/// One repetition of a scenario: by value of the axis, what its run has of the metric.
using Trial = std::map<std::string, double>;

struct Ranked {
  std::string axis;
  Words values;     ///< of the axis
  Words scenarios;  ///< axes whose values make them
  metrics::MetricName metric;
};

std::string text_of(const Ranked& ranked, const RunView& view) {
  std::string text;
  for (const auto& axis : ranked.scenarios) text += (text.empty() ? "" : ", ") + axis + " " + view.value(axis);
  return text;
}

/// Ranks from 1, the best; what is equal shares the mean of its places.
std::map<std::string, double> ranks_of(const Trial& trial, bool higher_is_better) {
  std::map<std::string, double> ranks;
  for (const auto& [value, own] : trial) {
    double before = 0, equal = 0;
    for (const auto& [other, its] : trial) {
      before += higher_is_better ? its > own : its < own;
      equal += its == own;
    }
    ranks[value] = before + (equal + 1) / 2;
  }
  return ranks;
}

/// What a scenario's trials give: rank sums, and how often each value was chosen by whom.
struct Column {
  std::string title;
  std::map<std::string, Trial> trials;  ///< by split, replicate and fold
  std::map<std::string, double> sums;
  int whole = 0;                                             ///< trials in which every value has a result
  std::map<std::string, std::map<std::string, int>> chosen;  ///< by value, then by the experiment that chose it
};

Column& column_of(std::vector<Column>& columns, const std::string& title) {
  for (auto& one : columns) {
    if (one.title == title) return one;
  }
  columns.push_back({title, {}, {}, 0, {}});
  return columns.back();
}

std::string repetition_of(const RunView& view) {
  return view.value("split") + '\n' + view.value("replicate") + '\n' + view.value("fold");
}

void add_trials(std::vector<Column>& columns, const Ranked& ranked, const std::vector<RunView>& runs) {
  for (const auto& view : runs) {
    auto& trial = column_of(columns, text_of(ranked, view)).trials[repetition_of(view)];
    const auto* row = final_row(view, ranked.metric.subset);
    const double value = row ? metrics::share_of(*row, ranked.metric.metric).value() : std::nan("");
    if (!std::isfinite(value)) continue;
    if (!trial.emplace(view.value(ranked.axis), value).second) {
      throw UsageError("several runs have " + ranked.axis + " = " + view.value(ranked.axis) + " in one repetition",
                       "they differ in more than the axes of the table", "Rank an experiment that varies less.");
    }
  }
  for (auto& column : columns) {
    for (const auto& [repetition, trial] : column.trials) {
      if (trial.size() != ranked.values.size()) continue;
      ++column.whole;
      for (const auto& [value, rank] : ranks_of(trial, ranked.metric.higher_is_better())) column.sums[value] += rank;
    }
  }
}

void add_choices(std::vector<Column>& columns, const Ranked& ranked, const std::vector<RunView>& runs) {
  for (const auto& view : runs) {
    for (auto& column : columns) {
      if (column.title == text_of(ranked, view)) ++column.chosen[view.value(ranked.axis)][view.run->experiment];
    }
  }
}

std::string cell_text(const Column& column, const std::string& value, const Words& choosers) {
  std::string text = column.whole ? fmt::format("{:g}", column.sums.at(value)) : "-";
  const auto found = column.chosen.find(value);
  for (const auto& chooser : choosers) {
    const int times = found != column.chosen.end() && found->second.contains(chooser) ? found->second.at(chooser) : 0;
    if (times > 0) text += fmt::format(", {} {}", chooser, times);
  }
  return text;
}

/// 1 where a value is the best of every trial, 0 where it is the last; NaN where nothing is known.
double heat_of(const Column& column, const std::string& value, std::size_t values) {
  if (column.whole == 0 || values < 2) return std::nan("");
  const double mean = column.sums.at(value) / column.whole;
  return 1 - (mean - 1) / static_cast<double>(values - 1);
}

}  // namespace

void fill_rank_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked) {
  const auto runs = required_runs(views, asked.experiments.front());
  Ranked ranked{asked.by.front(), values_of(runs, asked.by.front()), varying_axes(runs),
                metrics::parse_metric(asked.y)};
  if (std::erase(ranked.scenarios, ranked.axis) == 0) {
    throw UsageError("experiment '" + asked.experiments.front() + "' does not vary '" + ranked.axis + "'",
                     "its values are to be ranked", "Name in `by` an axis that it varies.");
  }
  const Words choosers(asked.experiments.begin() + 1, asked.experiments.end());
  std::vector<Column> columns;
  add_trials(columns, ranked, runs);
  for (const auto& name : choosers) add_choices(columns, ranked, required_runs(views, name));
  TitledTable part{"", "", {{ranked.axis}, {}}, {}};
  table.exact.header = {ranked.axis, "scenario", "metric", "rank_sum", "repetitions", "chosen_by", "chosen"};
  for (const auto& column : columns) part.words.header.push_back(column.title.empty() ? "rank sum" : column.title);
  for (const auto& value : ranked.values) {
    Words row = {value};
    std::vector<double> heat = {std::nan("")};
    for (const auto& column : columns) {
      row.push_back(cell_text(column, value, choosers));
      heat.push_back(heat_of(column, value, ranked.values.size()));
      const std::string sum = column.whole ? fmt::format("{}", column.sums.at(value)) : "";
      const auto found = column.chosen.find(value);
      const Words own = {value, column.title, asked.y, sum, std::to_string(column.whole)};
      if (choosers.empty()) table.exact.rows.push_back({value, column.title, asked.y, sum, own.back(), "", ""});
      for (const auto& chooser : choosers) {
        const bool any = found != column.chosen.end() && found->second.contains(chooser);
        Words exact = own;
        exact.insert(exact.end(), {chooser, any ? std::to_string(found->second.at(chooser)) : "0"});
        table.exact.rows.push_back(std::move(exact));
      }
    }
    part.words.rows.push_back(std::move(row));
    part.heat.push_back(std::move(heat));
  }
  table.note = fmt::format(
      "Sums of ranks by {} over splits and replicates: 1 is the best of a repetition, and ties share their places. A "
      "repetition that lacks a value is left out. Beside them, how often an experiment chose the value.",
      asked.y);
  table.parts.push_back(std::move(part));
}

}  // namespace espalier::report
