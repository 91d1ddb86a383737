// Averages a selection's settings over replicates and splits, orders them, and tests each against the best.
#include "plan/select/choose.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "espalier/stats/ranking.hpp"

namespace espalier::plan {
namespace {

using BySplit = std::map<std::string, double>;

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Diverged runs are left out.
BySplit split_means(const std::vector<Measurement>& runs, double Measurement::* quantity) {
  std::map<std::string, std::map<std::string, std::vector<double>>> grouped;
  for (const auto& run : runs) {
    if (!run.diverged) grouped[run.split][run.cell].push_back(run.*quantity);
  }
  BySplit means;
  for (const auto& [split, cells] : grouped) {
    std::vector<double> cell_means;
    for (const auto& [cell, values] : cells) cell_means.push_back(mean(values));
    means[split] = mean(cell_means);
  }
  return means;
}

stats::SplitValues in_order(const BySplit& means, const std::set<std::string>& splits) {
  stats::SplitValues values;
  for (const auto& split : splits) {
    const auto found = means.find(split);
    values.push_back(found == means.end() ? std::nullopt : std::optional(found->second));
  }
  return values;
}

std::int32_t diverged_of(const Setting& setting) {
  return static_cast<std::int32_t>(
      std::count_if(setting.runs.begin(), setting.runs.end(), [](const Measurement& run) { return run.diverged; }));
}

std::vector<stats::RankedSetting> to_rank(const std::vector<Setting>& settings) {
  std::set<std::string> splits;
  for (const auto& setting : settings) {
    for (const auto& run : setting.runs) splits.insert(run.split);
  }
  std::vector<stats::RankedSetting> all;
  for (const auto& setting : settings) {
    all.push_back({in_order(split_means(setting.runs, &Measurement::metric), splits),
                   in_order(split_means(setting.runs, &Measurement::loss), splits), setting.trained_units,
                   setting.missing > 0 || diverged_of(setting) > 0});
  }
  return all;
}

}  // namespace

std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better) {
  const auto to_compare = to_rank(settings);
  std::vector<Candidate> candidates;
  for (const auto& standing :
       stats::rank(to_compare, higher_is_better ? stats::Better::higher : stats::Better::lower)) {
    const auto& setting = settings[standing.setting];
    const bool is_best = candidates.empty();
    const bool is_compared = standing.splits > 0 && !to_compare[standing.setting].incomplete;
    Candidate one{setting.values,       standing.mean,
                  standing.loss,        setting.trained_units,
                  standing.splits,      setting.missing,
                  diverged_of(setting), standing.wins,
                  standing.p_value,     is_best || (is_compared && !standing.significant)};
    candidates.push_back(std::move(one));
  }
  return candidates;
}

}  // namespace espalier::plan
