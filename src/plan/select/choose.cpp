// Ranks a selection's settings by the one ranking that statistics have, and keeps what it says of each.
#include "plan/select/choose.hpp"

namespace espalier::plan {

std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better, stats::Ties ties) {
  std::vector<stats::RankedSetting> to_rank;
  for (const auto& setting : settings) to_rank.push_back({setting.runs, setting.trained_units, setting.missing});
  std::vector<Candidate> candidates;
  for (const auto& standing :
       stats::rank(to_rank, higher_is_better ? metrics::Better::higher : metrics::Better::lower, 0.05, ties)) {
    const auto& setting = settings[standing.setting];
    const auto& ranked = to_rank[standing.setting];
    candidates.push_back({setting.values, standing.mean, standing.loss, setting.trained_units, standing.splits,
                          setting.missing, ranked.diverged(), standing.wins, standing.p_value,
                          standing.indistinguishable});
  }
  return candidates;
}

}  // namespace espalier::plan
