// Orders settings by mean, counts wins per split, and tests each against the best with Holm's adjustment.
#include "espalier/stats/ranking.hpp"

#include <algorithm>
#include <tuple>

namespace espalier::stats {
namespace {

double mean_of(const SplitValues& values) {
  std::vector<double> present;
  for (const auto& value : values) {
    if (value) present.push_back(*value);
  }
  return present.empty() ? 0 : summarise(present).mean;
}

std::optional<double> at(const SplitValues& values, std::size_t split) {
  return split < values.size() ? values[split] : std::nullopt;
}

/// Smaller is better: the metric's sign is turned where higher values are better.
using Score = std::tuple<double, double, std::int32_t>;

Score score_of(double metric, double loss, std::int32_t trained_units, Better better) {
  return {better == Better::higher ? -metric : metric, loss, trained_units};
}

void count_wins(std::vector<Standing>& standings, const std::vector<RankedSetting>& settings, Better better) {
  std::size_t splits = 0;
  for (const auto& setting : settings) splits = std::max(splits, setting.metric.size());
  for (std::size_t split = 0; split < splits; ++split) {
    const auto score = [&](const Standing& standing) -> std::optional<Score> {
      const auto& setting = settings[standing.setting];
      const auto metric = at(setting.metric, split);
      if (!metric) return std::nullopt;
      return score_of(*metric, at(setting.loss, split).value_or(0), setting.trained_units, better);
    };
    std::optional<Score> best;
    for (const auto& standing : standings) {
      if (const auto one = score(standing); one && (!best || *one < *best)) best = one;
    }
    for (auto& standing : standings) standing.wins += best && score(standing) == best;
  }
}

double p_against(const SplitValues& best, const SplitValues& values) {
  std::vector<double> a, b;
  for (std::size_t split = 0; split < std::min(values.size(), best.size()); ++split) {
    if (!values[split] || !best[split]) continue;
    a.push_back(*best[split]);
    b.push_back(*values[split]);
  }
  return paired(a, b).p_value;
}

void test_against_best(std::vector<Standing>& standings, const std::vector<RankedSetting>& settings, double alpha) {
  std::vector<double> p_values;
  std::vector<Standing*> tested;
  for (std::size_t i = 1; i < standings.size(); ++i) {
    const auto& setting = settings[standings[i].setting];
    if (setting.incomplete || standings[i].splits == 0) continue;
    p_values.push_back(p_against(settings[standings[0].setting].metric, setting.metric));
    tested.push_back(&standings[i]);
  }
  const auto adjusted = holm(p_values);
  for (std::size_t i = 0; i < tested.size(); ++i) {
    tested[i]->p_value = adjusted[i];
    tested[i]->significant = adjusted[i] < alpha;
  }
}

}  // namespace

std::vector<Standing> rank(const std::vector<RankedSetting>& settings, Better better, double alpha) {
  std::vector<Standing> standings;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const auto& metric = settings[i].metric;
    const auto splits =
        std::count_if(metric.begin(), metric.end(), [](const auto& value) { return value.has_value(); });
    standings.push_back({i, mean_of(metric), mean_of(settings[i].loss), static_cast<int>(splits), 0, 1, false});
  }
  const auto order = [&](const Standing& one) {
    const auto& setting = settings[one.setting];
    return std::tuple(one.splits == 0, setting.incomplete, -one.splits,
                      score_of(one.mean, one.loss, setting.trained_units, better));
  };
  std::stable_sort(standings.begin(), standings.end(),
                   [&](const Standing& a, const Standing& b) { return order(a) < order(b); });
  count_wins(standings, settings, better);
  test_against_best(standings, settings, alpha);
  return standings;
}

}  // namespace espalier::stats
