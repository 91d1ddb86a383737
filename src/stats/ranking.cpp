// Orders settings by mean, counts wins per split, and tests each against the best with Holm's adjustment.
#include "espalier/stats/ranking.hpp"

#include <algorithm>

namespace espalier::stats {
namespace {

bool beats(double a, double b, Better better) { return better == Better::higher ? a > b : a < b; }

Standing standing_of(std::size_t setting, const SplitValues& values) {
  std::vector<double> present;
  for (const auto& value : values) {
    if (value) present.push_back(*value);
  }
  return {setting, summarise(present).mean, static_cast<int>(present.size()), 0, 1, false};
}

void count_wins(std::vector<Standing>& standings, const std::vector<SplitValues>& settings, Better better) {
  std::size_t splits = 0;
  for (const auto& values : settings) splits = std::max(splits, values.size());
  for (std::size_t split = 0; split < splits; ++split) {
    const auto value = [&](const Standing& s) {
      return split < settings[s.setting].size() ? settings[s.setting][split] : std::nullopt;
    };
    std::optional<double> best;
    for (const auto& standing : standings) {
      if (const auto v = value(standing); v && (!best || beats(*v, *best, better))) best = v;
    }
    for (auto& standing : standings) standing.wins += best && value(standing) == best;
  }
}

Paired against(const SplitValues& values, const SplitValues& best) {
  std::vector<double> a, b;
  for (std::size_t split = 0; split < std::min(values.size(), best.size()); ++split) {
    if (!values[split] || !best[split]) continue;
    a.push_back(*values[split]);
    b.push_back(*best[split]);
  }
  return paired(a, b);
}

void test_against_best(std::vector<Standing>& standings, const std::vector<SplitValues>& settings, double alpha) {
  std::vector<double> p_values;
  for (std::size_t i = 1; i < standings.size(); ++i) {
    p_values.push_back(against(settings[standings[i].setting], settings[standings[0].setting]).p_value);
  }
  const auto adjusted = holm(p_values);
  for (std::size_t i = 1; i < standings.size(); ++i) {
    standings[i].p_value = adjusted[i - 1];
    standings[i].told_apart = adjusted[i - 1] < alpha;
  }
}

}  // namespace

std::vector<Standing> rank(const std::vector<SplitValues>& settings, Better better, double alpha) {
  std::vector<Standing> standings;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const Standing standing = standing_of(i, settings[i]);
    if (standing.splits > 0) standings.push_back(standing);
  }
  std::stable_sort(standings.begin(), standings.end(), [&](const Standing& a, const Standing& b) {
    if (a.splits != b.splits) return a.splits > b.splits;
    return beats(a.mean, b.mean, better);
  });
  count_wins(standings, settings, better);
  test_against_best(standings, settings, alpha);
  return standings;
}

}  // namespace espalier::stats
