// Averages a selection's settings over replicates and splits, orders them, and tests each against the best.
#include "plan/choose.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "espalier/stats/summary.hpp"

namespace espalier::plan {
namespace {

constexpr double kAlpha = 0.05;

using BySplit = std::map<std::string, double>;

double mean(const std::vector<double>& values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// A setting with its means per split; diverged runs are left out.
struct Ranked {
  Candidate candidate;
  BySplit metric, loss;
};

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

double mean_of(const BySplit& splits) {
  std::vector<double> values;
  for (const auto& [split, value] : splits) values.push_back(value);
  return mean(values);
}

Ranked ranked(const Setting& setting) {
  Ranked made;
  made.metric = split_means(setting.runs, &Measurement::metric);
  auto& candidate = made.candidate;
  candidate.values = setting.values;
  candidate.mean = mean_of(made.metric);
  made.loss = split_means(setting.runs, &Measurement::loss);
  candidate.loss = mean_of(made.loss);
  candidate.trained_units = setting.trained_units;
  candidate.splits = static_cast<std::int32_t>(made.metric.size());
  candidate.missing = setting.missing;
  candidate.diverged = static_cast<std::int32_t>(
      std::count_if(setting.runs.begin(), setting.runs.end(), [](const Measurement& run) { return run.diverged; }));
  return made;
}

/// 0: complete; 1: some runs diverged or missing; 2: nothing measured.
int standing(const Candidate& candidate) {
  if (candidate.splits == 0) return 2;
  return candidate.diverged > 0 || candidate.missing > 0 ? 1 : 0;
}

bool before(const Candidate& a, const Candidate& b, bool higher_is_better) {
  if (standing(a) != standing(b)) return standing(a) < standing(b);
  if (a.mean != b.mean) return higher_is_better ? a.mean > b.mean : a.mean < b.mean;
  if (a.loss != b.loss) return a.loss < b.loss;
  return a.trained_units < b.trained_units;
}

/// Whether `a` is better in one split: by the metric, then the loss, then fewer trained units.
bool beats(Ranked& a, Ranked& b, const std::string& split, bool higher_is_better) {
  const double x = a.metric[split], y = b.metric[split];
  if (x != y) return higher_is_better ? x > y : x < y;
  if (a.loss[split] != b.loss[split]) return a.loss[split] < b.loss[split];
  return a.candidate.trained_units < b.candidate.trained_units;
}

void count_wins(std::vector<Ranked>& all, bool higher_is_better) {
  std::map<std::string, Ranked*> best;
  for (auto& one : all) {
    for (const auto& [split, value] : one.metric) {
      auto& holder = best[split];
      if (!holder || beats(one, *holder, split, higher_is_better)) holder = &one;
    }
  }
  for (const auto& [split, holder] : best) ++holder->candidate.wins;
}

double p_against(const BySplit& best, const BySplit& other) {
  std::vector<double> a, b;
  for (const auto& [split, value] : best) {
    const auto found = other.find(split);
    if (found == other.end()) continue;
    a.push_back(value);
    b.push_back(found->second);
  }
  return stats::paired(a, b).p_value;
}

void compare_with_best(std::vector<Ranked>& all) {
  std::vector<double> p_values;
  std::vector<Candidate*> compared;
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (standing(all[i].candidate) != 0) continue;
    p_values.push_back(p_against(all[0].metric, all[i].metric));
    compared.push_back(&all[i].candidate);
  }
  const auto adjusted = stats::holm(p_values);
  for (std::size_t i = 0; i < compared.size(); ++i) {
    compared[i]->p_value = adjusted[i];
    compared[i]->indistinguishable = adjusted[i] >= kAlpha;
  }
  all[0].candidate.indistinguishable = true;
}

}  // namespace

std::vector<Candidate> rank(const std::vector<Setting>& settings, bool higher_is_better) {
  std::vector<Ranked> all;
  for (const auto& setting : settings) all.push_back(ranked(setting));
  std::stable_sort(all.begin(), all.end(), [&](const Ranked& a, const Ranked& b) {
    return before(a.candidate, b.candidate, higher_is_better);
  });
  count_wins(all, higher_is_better);
  if (!all.empty()) compare_with_best(all);
  std::vector<Candidate> candidates;
  for (auto& one : all) candidates.push_back(std::move(one.candidate));
  return candidates;
}

}  // namespace espalier::plan
