// Pairs the runs of two sides and computes the mean difference and ratio over splits.
#include "espalier/stats/contrast.hpp"

#include <cmath>
#include <map>
#include <tuple>

namespace espalier::stats {
namespace {

struct Pair {
  std::optional<double> a, b;
};
using PairKey = std::tuple<std::string, std::string, std::string>;  // split, setting, replicate

struct Gathered {
  Contrast contrast;
  std::map<PairKey, Pair> pairs;
};

class PairCollector {
 public:
  void add(const std::vector<Observation>& side, Counts Contrast::* counts, std::optional<double> Pair::* value) {
    for (const auto& seen : side) {
      const auto [where, is_new] = index_.try_emplace(seen.group, groups.size());
      if (is_new) groups.emplace_back().contrast.group = seen.group;
      Gathered& gathered = groups[where->second];
      (gathered.contrast.*counts).add(seen.presence);
      if (seen.presence != Presence::measured) continue;
      gathered.pairs[{seen.split, seen.setting, seen.replicate}].*value = seen.value;
    }
  }
  std::vector<Gathered> groups;

 private:
  std::map<std::vector<std::string>, std::size_t> index_;
};

/// Means of the paired runs within each split, in the order of the splits' names.
struct SplitMeans {
  std::vector<double> a, b, log_a, log_b;
  bool positive = true;
};

struct WithinSplit {
  std::vector<double> a, b, log_a, log_b;
};

SplitMeans means_of(const std::map<std::string, WithinSplit>& splits) {
  SplitMeans means;
  for (const auto& [split, runs] : splits) {
    means.a.push_back(summarise(runs.a).mean);
    means.b.push_back(summarise(runs.b).mean);
    means.positive = means.positive && runs.log_a.size() == runs.a.size();
    if (!means.positive) continue;
    means.log_a.push_back(summarise(runs.log_a).mean);
    means.log_b.push_back(summarise(runs.log_b).mean);
  }
  return means;
}

SplitMeans pair_up(Gathered& gathered) {
  std::map<std::string, WithinSplit> splits;
  for (const auto& [key, pair] : gathered.pairs) {
    if (!pair.a || !pair.b) {
      ++gathered.contrast.unpaired;
      continue;
    }
    ++gathered.contrast.pairs;
    WithinSplit& runs = splits[std::get<0>(key)];
    runs.a.push_back(*pair.a);
    runs.b.push_back(*pair.b);
    if (*pair.a <= 0 || *pair.b <= 0) continue;
    runs.log_a.push_back(std::log(*pair.a));
    runs.log_b.push_back(std::log(*pair.b));
  }
  return means_of(splits);
}

Ratio ratio_of(const SplitMeans& means, double confidence) {
  const Summary logs = paired(means.log_a, means.log_b, confidence).difference;
  Ratio ratio{std::exp(logs.mean), std::nullopt};
  if (logs.interval) ratio.interval = Interval{std::exp(logs.interval->low), std::exp(logs.interval->high)};
  return ratio;
}

}  // namespace

std::vector<Contrast> contrast(const std::vector<Observation>& a, const std::vector<Observation>& b,
                               double confidence) {
  PairCollector collector;
  collector.add(a, &Contrast::a, &Pair::a);
  collector.add(b, &Contrast::b, &Pair::b);
  std::vector<Contrast> contrasts;
  for (auto& gathered : collector.groups) {
    const SplitMeans means = pair_up(gathered);
    Contrast result = std::move(gathered.contrast);
    result.mean_a = summarise(means.a, confidence);
    result.mean_b = summarise(means.b, confidence);
    result.difference = paired(means.a, means.b, confidence);
    if (means.positive && !means.a.empty()) result.ratio = ratio_of(means, confidence);
    contrasts.push_back(std::move(result));
  }
  return contrasts;
}

}  // namespace espalier::stats
