// Pairs the runs of two sides and computes the mean difference and ratio over splits, or the folds of the only one.
#include "espalier/stats/contrast.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "stats/exact_summary.hpp"
#include "stats/nested_mean.hpp"

namespace espalier::stats {
namespace {

struct Pair {
  std::optional<Exact> a, b;
};
using PairKey = std::tuple<std::string, SettingAndFold, std::string>;  // split, setting and fold, replicate

struct Gathered {
  Contrast contrast;
  std::map<PairKey, Pair> pairs;
  std::set<SettingAndFold> settings_a, settings_b;  ///< that the side has runs of, measured or not
  std::set<std::string> splits;
};

/// What of a group and of a pair belongs to one side.
struct Side {
  RunCounts Contrast::* counts;
  std::set<SettingAndFold> Gathered::* settings;
  std::optional<Exact> Pair::* value;
};
constexpr Side kSideA{&Contrast::a, &Gathered::settings_a, &Pair::a};
constexpr Side kSideB{&Contrast::b, &Gathered::settings_b, &Pair::b};

class PairCollector {
 public:
  void add(const std::vector<Observation>& observations, const Side& side) {
    for (const auto& seen : observations) {
      const auto [where, is_new] = index_.try_emplace(seen.group, groups.size());
      if (is_new) groups.emplace_back().contrast.group = seen.group;
      Gathered& gathered = groups[where->second];
      (gathered.contrast.*side.counts).add(seen.presence);
      (gathered.contrast.*side.counts).at_chance += seen.at_chance;
      const SettingAndFold at{seen.setting, seen.fold};
      (gathered.*side.settings).insert(at);
      gathered.splits.insert(seen.split);
      if (seen.presence != Presence::measured) continue;
      gathered.pairs[{seen.split, at, seen.replicate}].*side.value = exact(seen.value);
    }
  }
  std::vector<Gathered> groups;

 private:
  std::map<std::vector<std::string>, std::size_t> index_;
};

/// Means of the paired runs within each split, or within each fold of the only one, in the order of their names.
struct PairedMeans {
  std::vector<Exact> a, b, log_a, log_b;
  bool positive = true;
  Over over = Over::splits;
};

/// The paired runs of one split.
struct WithinSplit {
  BySetting a, b, log_a, log_b;
  bool positive = true;

  void add(const SettingAndFold& setting, const Exact& value_a, const Exact& value_b) {
    a[setting].push_back(value_a);
    b[setting].push_back(value_b);
    positive = positive && value_a > 0 && value_b > 0;
    if (!positive) return;
    log_a[setting].push_back(exact(std::log(rounded(value_a))));
    log_b[setting].push_back(exact(std::log(rounded(value_b))));
  }
};

/// The pairs by split; counts them, and the runs without partner.
std::map<std::string, WithinSplit> by_split(Gathered& gathered) {
  std::map<std::string, WithinSplit> splits;
  for (const auto& [key, pair] : gathered.pairs) {
    if (!pair.a || !pair.b) {
      ++gathered.contrast.unpaired;
      continue;
    }
    ++gathered.contrast.pairs;
    splits[std::get<0>(key)].add(std::get<1>(key), *pair.a, *pair.b);
  }
  return splits;
}

std::size_t shared_settings(const Gathered& gathered) {
  return static_cast<std::size_t>(
      std::count_if(gathered.settings_a.begin(), gathered.settings_a.end(),
                    [&](const SettingAndFold& setting) { return gathered.settings_b.contains(setting); }));
}

PairedMeans over_folds(const WithinSplit& runs) {
  const auto means_of = [](const BySetting& settings) { return values_of(fold_means(settings)); };
  PairedMeans means{means_of(runs.a), means_of(runs.b), {}, {}, runs.positive, Over::folds};
  if (runs.positive) means.log_a = means_of(runs.log_a);
  if (runs.positive) means.log_b = means_of(runs.log_b);
  return means;
}

PairedMeans pair_up(Gathered& gathered) {
  const std::size_t settings = shared_settings(gathered);
  PairedMeans means;
  for (const auto& [split, runs] : by_split(gathered)) {
    if (runs.a.size() < settings) {
      gathered.contrast.incomplete.push_back(split);  // its mean would be over other settings than those of the others
      continue;
    }
    if (gathered.splits.size() == 1 && fold_means(runs.a).size() > 1) return over_folds(runs);
    means.a.push_back(nested_mean(runs.a));
    means.b.push_back(nested_mean(runs.b));
    means.positive = means.positive && runs.positive;
    if (!means.positive) continue;
    means.log_a.push_back(nested_mean(runs.log_a));
    means.log_b.push_back(nested_mean(runs.log_b));
  }
  return means;
}

Ratio ratio_of(const PairedMeans& means, double confidence) {
  const Summary logs = paired(means.log_a, means.log_b, confidence, means.over).difference;
  Ratio ratio{std::exp(logs.mean), std::nullopt};
  if (logs.interval) ratio.interval = Interval{std::exp(logs.interval->low), std::exp(logs.interval->high)};
  return ratio;
}

}  // namespace

std::vector<Contrast> contrast(const std::vector<Observation>& a, const std::vector<Observation>& b,
                               double confidence) {
  PairCollector collector;
  collector.add(a, kSideA);
  collector.add(b, kSideB);
  std::vector<Contrast> contrasts;
  for (auto& gathered : collector.groups) {
    const PairedMeans means = pair_up(gathered);
    Contrast result = std::move(gathered.contrast);
    result.mean_a = summarise(means.a, confidence, means.over);
    result.mean_b = summarise(means.b, confidence, means.over);
    result.difference = paired(means.a, means.b, confidence, means.over);
    if (means.positive && !means.a.empty()) result.ratio = ratio_of(means, confidence);
    contrasts.push_back(std::move(result));
  }
  return contrasts;
}

}  // namespace espalier::stats
