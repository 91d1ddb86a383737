// Orders settings by mean, counts wins per split, and tests each against the best with Holm's adjustment.
#include "espalier/stats/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "stats/exact_summary.hpp"
#include "stats/nested_mean.hpp"

namespace espalier::stats {
namespace {

/// What settings are compared by. Smaller is better: the metric's sign is turned where higher values are better.
using Score = std::tuple<Exact, Exact, Exact>;

/// How settings are compared.
struct Comparison {
  metrics::Better better;
  Ties ties;
};

struct SplitScore {
  Exact metric, loss;
  ByFold folds;  ///< the metric's means in each
};

/// A setting's means by the splits in which every cell of it has a value.
using BySplit = std::map<std::string, SplitScore>;

/// One split's values of a setting, by cell.
struct Cells {
  BySetting metric, loss;
};

Exact mean_loss(const Cells& cells) { return cells.loss.empty() ? Exact(0) : nested_mean(cells.loss); }

BySplit split_means(const RankedSetting& setting) {
  std::map<std::string, Cells> splits;
  std::set<SettingAndFold> all;
  for (const auto& run : setting.runs) {
    const SettingAndFold at{run.cell, run.fold};
    all.insert(at);
    if (run.diverged) continue;
    splits[run.split].metric[at].push_back(exact(run.metric));
    if (std::isfinite(run.loss.amount)) splits[run.split].loss[at].push_back(exact(run.loss));
  }
  BySplit means;
  for (const auto& [split, cells] : splits) {
    if (cells.metric.size() != all.size()) continue;
    means[split] = {nested_mean(cells.metric), mean_loss(cells), fold_means(cells.metric)};
  }
  return means;
}

SplitScore mean_of(const BySplit& splits) {
  if (splits.empty()) return {};
  std::vector<Exact> metrics, losses;
  for (const auto& [split, score] : splits) {
    metrics.push_back(score.metric);
    losses.push_back(score.loss);
  }
  return {mean(metrics), mean(losses), {}};
}

/// A setting with what it is compared by.
struct Contestant {
  const RankedSetting* setting = nullptr;
  BySplit splits;
  Score score;  ///< of the means over its splits
  Standing standing;
};

Score score_of(const SplitScore& at, const RankedSetting& setting, Comparison by) {
  const Exact metric = by.better == metrics::Better::higher ? Exact(-at.metric) : at.metric;
  const Exact units(setting.trained_units);
  return by.ties == Ties::loss_first ? Score(metric, at.loss, units) : Score(metric, units, at.loss);
}

Contestant contestant_of(const std::vector<RankedSetting>& settings, std::size_t place, Comparison by) {
  Contestant one{&settings[place], split_means(settings[place]), {}, {}};
  const SplitScore mean = mean_of(one.splits);
  one.score = score_of(mean, *one.setting, by);
  one.standing.setting = place;
  one.standing.mean = rounded(mean.metric);
  one.standing.loss = rounded(mean.loss);
  one.standing.splits = static_cast<int>(one.splits.size());
  if (one.splits.size() == 1) one.standing.folds = static_cast<int>(one.splits.begin()->second.folds.size());
  return one;
}

bool ranks_before(const Contestant& a, const Contestant& b) {
  const auto class_of = [](const Contestant& one) {
    return std::tuple(one.splits.empty(), !one.setting->complete(), -one.standing.splits);
  };
  const auto class_a = class_of(a), class_b = class_of(b);
  return class_a != class_b ? class_a < class_b : a.score < b.score;
}

void count_wins(std::vector<Contestant>& contestants, Comparison by) {
  std::map<std::string, Score> best;
  const auto see = [&](const auto& what) {
    for (auto& one : contestants) {
      for (const auto& [split, score] : one.splits) what(one, split, score_of(score, *one.setting, by));
    }
  };
  see([&](Contestant&, const std::string& split, const Score& score) {
    const auto [known, is_new] = best.try_emplace(split, score);
    if (!is_new && score < known->second) known->second = score;
  });
  see([&](Contestant& one, const std::string& split, const Score& score) {
    one.standing.wins += score == best.at(split);
  });
}

std::map<std::string, Exact> metric_by_split(const BySplit& splits) {
  std::map<std::string, Exact> means;
  for (const auto& [split, score] : splits) means.emplace(split, score.metric);
  return means;
}

/// Over what both have of splits, or of folds.
double p_of_common(const std::map<std::string, Exact>& best, const std::map<std::string, Exact>& other, Over over) {
  std::vector<Exact> a, b;
  for (const auto& [name, value] : best) {
    const auto found = other.find(name);
    if (found == other.end()) continue;
    a.push_back(value);
    b.push_back(found->second);
  }
  return paired(a, b, kConfidence, over).p_value;
}

double p_against(const BySplit& best, const BySplit& other) {
  const bool one_split = best.size() == 1 && other.size() == 1 && best.begin()->first == other.begin()->first;
  const ByFold* folds = one_split ? &best.begin()->second.folds : nullptr;
  if (folds && folds->size() > 1) return p_of_common(*folds, other.begin()->second.folds, Over::folds);
  return p_of_common(metric_by_split(best), metric_by_split(other), Over::splits);
}

void test_against_best(std::vector<Contestant>& contestants, double alpha) {
  if (!contestants.empty()) contestants[0].standing.indistinguishable = true;
  std::vector<double> p_values;
  std::vector<Standing*> tested;
  for (std::size_t i = 1; i < contestants.size(); ++i) {
    auto& one = contestants[i];
    if (!one.setting->complete() || one.splits.empty()) continue;
    p_values.push_back(p_against(contestants[0].splits, one.splits));
    tested.push_back(&one.standing);
  }
  const auto adjusted = holm(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->p_value = adjusted[i];
    tested[i]->significant = adjusted[i] < alpha;
    tested[i]->indistinguishable = !tested[i]->significant;
  }
}

}  // namespace

std::int32_t RankedSetting::diverged() const {
  return static_cast<std::int32_t>(
      std::count_if(runs.begin(), runs.end(), [](const Measurement& run) { return run.diverged; }));
}

std::vector<Standing> rank(const std::vector<RankedSetting>& settings, metrics::Better better, double alpha,
                           Ties ties) {
  const Comparison by{better, ties};
  std::vector<Contestant> contestants;
  for (std::size_t i = 0; i < settings.size(); ++i) contestants.push_back(contestant_of(settings, i, by));
  std::stable_sort(contestants.begin(), contestants.end(), ranks_before);
  count_wins(contestants, by);
  test_against_best(contestants, alpha);
  std::vector<Standing> standings;
  for (const auto& one : contestants) standings.push_back(one.standing);
  return standings;
}

}  // namespace espalier::stats
