// Averages replicates within their setting and fold, then these, or those of each fold.
#include "stats/nested_mean.hpp"

namespace espalier::stats {

Exact nested_mean(const BySetting& settings) {
  std::vector<Exact> means;
  for (const auto& [setting, replicates] : settings) means.push_back(mean(replicates));
  return mean(means);
}

ByFold fold_means(const BySetting& settings) {
  std::map<std::string, BySetting> folds;
  for (const auto& [at, replicates] : settings) {
    if (!at.second.empty()) folds[at.second].emplace(at, replicates);
  }
  ByFold means;
  for (const auto& [fold, its] : folds) means.emplace(fold, nested_mean(its));
  return means;
}

std::vector<Exact> values_of(const ByFold& folds) {
  std::vector<Exact> values;
  for (const auto& [fold, value] : folds) values.push_back(value);
  return values;
}

}  // namespace espalier::stats
