// Trainings that end with the loss of a guess: which count as such, and how they are named and counted.
#include "espalier/report/at_chance.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "espalier/report/query.hpp"
#include "espalier/report/wording.hpp"
#include "support/state_builder.hpp"

using namespace espalier;
using testing::StateBuilder;

namespace {

/// Eight replicates on ten classes, of which the last `collapsed` have the loss of a guess.
store::State replicates(int collapsed, double loss = std::log(10.0)) {
  StateBuilder builder;
  for (int replicate = 1; replicate <= 8; ++replicate) {
    builder.done("e", {{"transferred", "6"}, {"split", "1"}, {"replicate", std::to_string(replicate)}},
                 {.test_top1 = 0.5, .train_loss = replicate > 8 - collapsed ? loss : 0.4});
  }
  auto& state = builder.state();
  for (auto& [id, task] : state.tasks) task::training(task.task).images.labels = "labels";
  state.catalog.label_maps["labels"].output_count = 10;
  return state;
}

int count(const store::State& state) {
  int found = 0;
  for (const auto& [id, task] : state.tasks) found += report::ended_at_chance(state, task);
  return found;
}

}  // namespace

TEST_CASE("at chance: a training whose loss is near that of a guess, or above it, learnt nothing") {
  CHECK(count(replicates(4)) == 4);
  CHECK(count(replicates(4, 0.975 * std::log(10.0))) == 4);
  CHECK(count(replicates(4, 0.96 * std::log(10.0))) == 0);
  CHECK(count(replicates(4, 20)) == 4);
}

TEST_CASE("at chance: what is unknown, untrained, not done or has several labels does not count") {
  auto state = replicates(1);
  for (auto& [id, task] : state.tasks) task::training(task.task).loss = task::Loss::binary;
  CHECK(count(state) == 0);
  state = replicates(1);
  state.catalog.label_maps.clear();
  CHECK(count(state) == 0);
  state = replicates(1);
  for (auto& [id, task] : state.tasks) task::training(task.task).length = {};
  CHECK(count(state) == 0);
  state = replicates(1);
  for (auto& [id, task] : state.tasks) task.state = task::RunState::running;
  CHECK(count(state) == 0);
}

TEST_CASE("at chance: the finished network on its training images decides where it was measured") {
  auto state = replicates(1);
  for (auto& [id, task] : state.tasks) {
    auto row = task.rows.back().row;
    row.subset = metrics::Subset::train_eval;
    row.values.set(metrics::Metric::loss, 1.0);
    row.set = task::evaluation_named(task.task.record, metrics::Subset::train_eval)->images;
    task.rows.push_back({{1, 1}, row});
  }
  CHECK(count(state) == 0);
}

TEST_CASE("at chance: cells count such runs, and the text names them by what varies") {
  const std::vector<report::Directory> directories{{"out", replicates(2)}};
  const auto views = report::runs_of(directories);
  report::Query query;
  query.by = {"transferred"};
  const auto cells = report::aggregate(views, query);

  REQUIRE(cells.size() == 1);
  CHECK(cells[0].counts.at_chance == 2);
  CHECK(cells[0].summary.mean == Approx(0.5));  // none is left out
  CHECK(stats::to_string(cells[0].counts) == "8, 2 at chance");
  CHECK(report::cell_text(query.metric, cells[0]) == "50.0 (2 of 8 at chance)");
  const auto text = report::at_chance_text(views);
  CHECK_THAT(text, Catch::StartsWith("2 of 8 runs ended at chance"));
  CHECK_THAT(text, Catch::Contains("e:replicate=7, e:replicate=8."));
  const std::vector<report::Directory> fine{{"out", replicates(0)}};
  CHECK(report::at_chance_text(report::runs_of(fine)).empty());
}
