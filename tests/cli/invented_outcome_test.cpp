#include "cli/invented_outcome.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/planning.hpp"

using namespace espalier;

TEST_CASE("invented outcome: each evaluation has a value of every metric that the registry lists") {
  auto study = support::small_study();
  study.experiments = {support::experiment("a", {support::axis("transferred", {0, 2})})};
  const plan::Plan plan = support::compiled(study);
  REQUIRE(plan.tasks.size() > 1);

  for (const auto& task : plan.tasks) {
    const auto outcome = cli::invented_outcome(task);

    CHECK(outcome.state == task::RunState::done);
    REQUIRE(outcome.rows.size() == task.record.evaluations.size());
    CHECK(outcome.rows == cli::invented_outcome(task).rows);
    for (const auto& row : outcome.rows) {
      for (const auto& facts : metrics::kMetrics) CHECK(std::isfinite(row.of(facts.metric)));
    }
  }
}
