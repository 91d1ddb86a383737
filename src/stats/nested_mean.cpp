// Averages replicates within their setting, then settings.
#include "stats/nested_mean.hpp"

namespace espalier::stats {

Exact nested_mean(const BySetting& settings) {
  std::vector<Exact> means;
  for (const auto& [setting, replicates] : settings) means.push_back(mean(replicates));
  return mean(means);
}

}  // namespace espalier::stats
