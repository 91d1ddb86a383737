// Makes the table of wins: which experiment is the best one in each scenario, by how much, and what picks missed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/stats/ranking.hpp"
#include "espalier/study/axes.hpp"
#include "report/page_context.hpp"
#include "report/tables/study_tables.hpp"

namespace espalier::report {
namespace {

using Words = std::vector<std::string>;

bool has(const Words& all, const std::string& one) { return std::find(all.begin(), all.end(), one) != all.end(); }

/// The experiments of a table with their runs, and the cells that they are compared in.
struct Compared {
  const study::TableSpec& asked;
  Query query;  ///< by the scenario's axes
  std::vector<std::vector<RunView>> runs;
  std::vector<std::vector<stats::Observation>> observed;
  std::vector<Words> scenarios;  ///< values of the axes, in order of appearance
  metrics::Better better = metrics::Better::higher;
};

/// The axes in which the runs of every experiment differ from others of theirs.
Words common_axes(const std::vector<std::vector<RunView>>& experiments) {
  Words common = varying_axes(experiments.front());
  for (const auto& runs : experiments) {
    const auto varying = varying_axes(runs);
    std::erase_if(common, [&](const auto& axis) { return !has(varying, axis); });
  }
  return common;
}

Compared compared(const std::vector<RunView>& views, const study::TableSpec& asked) {
  Compared made{asked, {}, {}, {}, {}, {}};
  for (const auto& name : asked.experiments) made.runs.push_back(required_runs(views, name));
  made.query.metric = metrics::parse_metric(asked.y);
  made.query.unrecorded = Unrecorded::empty;
  made.query.by = asked.by.empty() ? common_axes(made.runs) : asked.by;
  made.better = made.query.metric.higher_is_better() ? metrics::Better::higher : metrics::Better::lower;
  for (const auto& runs : made.runs) {
    made.observed.push_back(observe(runs, made.query));
    for (const auto& one : made.observed.back()) {
      if (std::find(made.scenarios.begin(), made.scenarios.end(), one.group) == made.scenarios.end())
        made.scenarios.push_back(one.group);
    }
  }
  return made;
}

/// What an experiment has of one scenario, to be ranked: exact means, and ties where they are equal.
stats::RankedSetting of_scenario(const std::vector<stats::Observation>& observed, const Words& scenario) {
  stats::RankedSetting setting;
  for (const auto& one : observed) {
    if (one.group != scenario) continue;
    if (one.presence == stats::Presence::missing) ++setting.missing;
    else
      setting.runs.push_back({"scenario", one.split + '\n' + one.setting, one.value, metrics::Share(std::nan("")),
                              one.presence == stats::Presence::diverged, one.fold});
  }
  return setting;
}

/// By experiment: its mean in a scenario, and whether none is better; nothing is said where one of them is incomplete.
struct Scenario {
  std::vector<std::optional<double>> means;
  std::vector<bool> best;
  bool whole = true;
};

Scenario judged(const Compared& compared, const Words& scenario) {
  std::vector<stats::RankedSetting> settings;
  for (const auto& observed : compared.observed) settings.push_back(of_scenario(observed, scenario));
  Scenario made{std::vector<std::optional<double>>(settings.size()), std::vector<bool>(settings.size()), true};
  for (const auto& one : settings) made.whole = made.whole && one.complete() && !one.runs.empty();
  for (const auto& standing : stats::rank(settings, compared.better)) {
    if (standing.splits == 0) continue;
    made.means[standing.setting] = standing.mean;
    made.best[standing.setting] = made.whole && standing.wins > 0;
  }
  return made;
}

std::optional<double> value_of(const RunView& view, const metrics::MetricName& metric) {
  const auto* row = final_row(view, metric.subset);
  if (!row) return std::nullopt;
  const double value = metrics::share_of(*row, metric.metric).value();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// How much better than the picked run its best candidate is, on these images, averaged over the pick's runs of a
/// scenario. None where the experiment is no pick, or some candidate has no value.
class Regrets {
 public:
  Regrets(const std::vector<RunView>& views, const study::Experiment& pick, const Query& query)
      : pick_(pick), query_(query), higher_(query.metric.higher_is_better()) {
    for (const auto& view : views) {
      if (has(pick.pick->from, view.run->experiment)) candidates_[key_of(view)].push_back(view);
    }
  }
  std::optional<double> of(const std::vector<RunView>& picked, const Words& scenario) const {
    std::map<std::string, std::vector<double>> by_split;
    for (const auto& view : picked) {
      Words own;
      for (const auto& axis : query_.by) own.push_back(view.value(axis));
      if (own != scenario) continue;
      const auto value = value_of(view, query_.metric), best = best_of(view);
      if (!value || !best) return std::nullopt;
      by_split[view.repetition()].push_back(std::abs(*best - *value));
    }
    std::vector<double> means;
    for (const auto& [split, values] : by_split) means.push_back(stats::summarise(values).mean);
    return means.empty() ? std::nullopt : std::optional(stats::summarise(means).mean);
  }

 private:
  /// Values of `per`, and of what repeats a setting.
  std::string key_of(const RunView& view) const {
    std::string key;
    for (const auto& axis : pick_.pick->per) key += view.value(axis) + '\n';
    for (const char* axis : {"split", "replicate", "fold"}) key += view.value(axis) + '\n';
    return key;
  }
  std::optional<double> best_of(const RunView& picked) const {
    std::optional<double> best;
    const auto found = candidates_.find(key_of(picked));
    if (found == candidates_.end()) return best;
    for (const auto& view : found->second) {
      const auto value = value_of(view, query_.metric);
      if (!value) return std::nullopt;
      if (!best || (higher_ ? *value > *best : *value < *best)) best = value;
    }
    return best;
  }

  const study::Experiment& pick_;
  const Query& query_;
  bool higher_;
  std::map<std::string, std::vector<RunView>> candidates_;
};

const study::Experiment* pick_named(const study::Study& study, const std::string& name) {
  const auto found = std::find_if(study.experiments.begin(), study.experiments.end(),
                                  [&](const auto& experiment) { return experiment.name == name; });
  return found != study.experiments.end() && found->pick ? &*found : nullptr;
}

std::string exact_number(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }

/// A row for each scenario and one of totals, and all of it for programs.
void add_wins(StudyTable& table, const Compared& compared, const std::vector<RunView>& views,
              const study::Study& study) {
  const auto& names = compared.asked.experiments;
  const auto& metric = compared.query.metric;
  WordTable words{compared.query.by, {}};
  table.exact.header = compared.query.by;
  table.exact.header.insert(table.exact.header.end(), {"experiment", "metric", "mean", "best", "regret"});
  std::vector<std::optional<Regrets>> regrets;
  for (const auto& name : names) {
    words.header.push_back(name);
    const auto* pick = pick_named(study, name);
    regrets.emplace_back();
    if (pick) regrets.back().emplace(views, *pick, compared.query);
  }
  for (std::size_t e = 0; e < names.size(); ++e)
    if (regrets[e]) words.header.push_back("regret of " + names[e]);
  std::vector<int> wins(names.size());
  int judged_scenarios = 0;
  for (const auto& scenario : compared.scenarios) {
    const auto result = judged(compared, scenario);
    judged_scenarios += result.whole;
    Words row = scenario, missed;
    for (std::size_t e = 0; e < names.size(); ++e) {
      wins[e] += result.best[e];
      std::optional<double> regret;
      if (regrets[e]) regret = regrets[e]->of(compared.runs[e], scenario);
      row.push_back((result.means[e] ? figure_of(metric, *result.means[e]) : "-") + (result.best[e] ? " *" : ""));
      if (regrets[e]) missed.push_back(regret ? figure_of(metric, *regret) : "-");
      Words exact = scenario;
      exact.insert(exact.end(),
                   {names[e], metrics::to_string(metric), exact_number(result.means[e]),
                    result.whole ? std::to_string(static_cast<int>(result.best[e])) : "", exact_number(regret)});
      table.exact.rows.push_back(std::move(exact));
    }
    row.insert(row.end(), missed.begin(), missed.end());
    words.rows.push_back(std::move(row));
  }
  Words totals(compared.query.by.size());
  if (!totals.empty()) totals.front() = "best in";
  for (const int count : wins) totals.push_back(fmt::format("{} of {}", count, judged_scenarios));
  totals.resize(words.header.size());
  words.rows.push_back(std::move(totals));
  table.parts.push_back({"", "", std::move(words)});
}

/// The first experiment less each other one, paired over splits, scenario by scenario.
void add_differences(StudyTable& table, const Compared& compared, const std::vector<RunView>& views) {
  const auto& names = compared.asked.experiments;
  for (std::size_t e = 1; e < names.size(); ++e) {
    const auto contrasts =
        contrast(views, {{"experiment", {names.front()}}}, {{"experiment", {names[e]}}}, compared.query);
    table.parts.push_back(
        {names.front() + " minus " + names[e], "", readable(contrasts, compared.query, names.front(), names[e])});
  }
}

}  // namespace

void fill_wins_table(StudyTable& table, const std::vector<RunView>& views, const study::TableSpec& asked,
                     const study::Study& study) {
  const Compared made = compared(views, asked);
  table.note =
      "*: the best of a scenario by the exact mean over splits, replicates averaged within theirs; what ties counts "
      "for "
      "each. A scenario that lacks a run counts for none. Regret: how much better the best candidate of a pick is on "
      "these images than the run that was picked.";
  add_wins(table, made, views, study);
  add_differences(table, made, views);
}

}  // namespace espalier::report
