// links: plan
// How long a study of 100,000 runs takes to plan, ids included. JSON on standard output.
#include <chrono>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../tests/support/study_builder.hpp"

using namespace espalier;

namespace {

std::vector<study::Value> numbers(int from, int to) {
  std::vector<study::Value> all;
  for (int i = from; i <= to; ++i) all.emplace_back(i);
  return all;
}

study::Study big_study() {
  auto study = support::small_study(4, 8);
  auto grid = support::experiment(
      "grid", {support::axis("transferred", numbers(0, 7)), support::axis("frozen", numbers(0, 7)),
               support::axis("high_units", numbers(1, 8)), support::axis("decay_epoch", numbers(0, 20)),
               support::axis("per_class", {1, 2, 4, 8}), support::axis("replicate", {1})});
  grid.excludes = {{{}, "frozen beyond transferred", "frozen > transferred"}};
  study.experiments = {grid};
  return study;
}

}  // namespace

int main() {
  const auto study = big_study();
  const auto facts = support::small_facts();
  const auto start = std::chrono::steady_clock::now();
  const auto plan = plan::compile(study, facts, {}, {});
  const double cpu_s = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  for (const auto& diagnostic : plan.diagnostics) std::cerr << study::format(diagnostic, "study") << "\n";
  std::cout << nlohmann::json{{"bench", "plan_100k"},
                              {"runs", plan.runs.size()},
                              {"tasks", plan.tasks.size()},
                              {"seconds", taken.count()},
                              {"cpu_seconds", cpu_s},
                              {"runs_per_s", static_cast<double>(plan.runs.size()) / taken.count()}}
                   .dump(2)
            << "\n";
}
