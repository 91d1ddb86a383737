// Averages observations within splits, then over splits or over the folds of the only one; counts what is missing.
#include "espalier/stats/aggregate.hpp"

#include <cmath>
#include <map>
#include <set>

#include "stats/exact_summary.hpp"
#include "stats/nested_mean.hpp"

namespace espalier::stats {
namespace {

/// Values of one cell: split -> setting -> replicates.
using Nested = std::map<std::string, BySetting>;

struct Gathered {
  CellSummary cell;
  Nested values;
  std::set<SettingAndFold> settings;
};

std::vector<Gathered> gather(const std::vector<Observation>& observations) {
  std::vector<Gathered> cells;
  std::map<std::vector<std::string>, std::size_t> index;
  for (const auto& seen : observations) {
    const auto [where, is_new] = index.try_emplace(seen.group, cells.size());
    if (is_new) cells.emplace_back().cell.group = seen.group;
    Gathered& gathered = cells[where->second];
    gathered.cell.counts.add(seen.presence);
    gathered.cell.counts.at_chance += seen.at_chance;
    const SettingAndFold at{seen.setting, seen.fold};
    gathered.settings.insert(at);
    auto& settings = gathered.values[seen.split];
    if (seen.presence == Presence::measured) settings[at].push_back(exact(seen.value));
  }
  return cells;
}

/// The pooled standard deviation of replicates: the root of their mean variance, weighted by degrees of freedom.
std::optional<double> pooled_sd(const Nested& values) {
  double squares = 0;
  int degrees = 0;
  for (const auto& [split, settings] : values) {
    for (const auto& [setting, replicates] : settings) {
      const auto summary = summarise(replicates, kConfidence);
      squares += summary.sd * summary.sd * (summary.n - 1);
      degrees += summary.n - 1;
    }
  }
  if (degrees == 0) return std::nullopt;
  return std::sqrt(squares / degrees);
}

int runs_of(const BySetting& settings) {
  int runs = 0;
  for (const auto& [setting, replicates] : settings) runs += static_cast<int>(replicates.size());
  return runs;
}

/// Over the splits' means; where there is one split only, over its folds if it has some.
Summary summary_of(const Gathered& gathered, const std::vector<Exact>& means, double confidence) {
  if (gathered.values.size() == 1 && means.size() == 1) {
    const auto folds = values_of(fold_means(gathered.values.begin()->second));
    if (folds.size() > 1) return summarise(folds, confidence, Over::folds);
  }
  return summarise(means, confidence);
}

CellSummary finish(Gathered gathered, double confidence) {
  CellSummary cell = std::move(gathered.cell);
  std::vector<Exact> means;
  for (const auto& [split, settings] : gathered.values) {
    if (settings.empty()) continue;  // nothing measured; the counts show it
    if (settings.size() < gathered.settings.size()) {
      cell.incomplete.push_back(split);  // a mean over fewer settings would not be comparable
      continue;
    }
    means.push_back(nested_mean(settings));
    cell.splits.push_back({split, rounded(means.back()), runs_of(settings)});
  }
  cell.summary = summary_of(gathered, means, confidence);
  cell.sd_within = pooled_sd(gathered.values);
  return cell;
}

}  // namespace

void RunCounts::add(Presence presence) {
  ++runs;
  if (presence == Presence::measured) ++measured;
  if (presence == Presence::diverged) ++diverged;
  if (presence == Presence::missing) ++missing;
}

std::string to_string(const RunCounts& counts) {
  std::string text = counts.complete() ? "" : std::to_string(counts.measured) + " of ";
  text += std::to_string(counts.runs);
  if (counts.diverged) text += ", " + std::to_string(counts.diverged) + " diverged";
  if (counts.missing) text += ", " + std::to_string(counts.missing) + " missing";
  if (counts.at_chance) text += ", " + std::to_string(counts.at_chance) + " at chance";
  return text;
}

std::vector<CellSummary> aggregate(const std::vector<Observation>& observations, double confidence) {
  std::vector<CellSummary> cells;
  for (auto& gathered : gather(observations)) cells.push_back(finish(std::move(gathered), confidence));
  return cells;
}

}  // namespace espalier::stats
