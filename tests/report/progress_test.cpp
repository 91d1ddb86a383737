#include "espalier/report/progress.hpp"

#include <catch2/catch.hpp>

#include "report_fixture.hpp"

using namespace espalier;
TEST_CASE("progress: runs are counted by experiment and state, later ones apart") {
  auto builder = testing::fixture_state();
  builder.running("transferred", testing::fixture_cell(4, "1", 1))
      .waiting("transferred", testing::fixture_cell(4, "1", 2));

  const auto progress = report::progress(builder.state());

  REQUIRE(progress.experiments.size() == 2);
  const auto& runs = progress.experiments[0].runs;
  CHECK(progress.experiments[0].name == "transferred");
  CHECK(runs.total == 29);
  CHECK(runs[task::RunState::done] == 26);
  CHECK(runs[task::RunState::failed] == 1);
  CHECK(runs[task::RunState::running] == 1);
  CHECK(runs[task::RunState::ready] == 1);  // its source is there
  CHECK(progress.experiments[1].runs.later == 1);
  CHECK(progress.tasks.total == 32);  // the runs' and three pretrainings
  CHECK(progress.tasks[task::RunState::ready] == 1);
  CHECK(progress.tasks[task::RunState::waiting] == 0);
  REQUIRE(progress.running.size() == 1);
}

TEST_CASE("progress: the rate is that of the trainings that ended last, times the workers") {
  const auto builder = testing::fixture_state();

  const auto progress = report::progress(builder.state());

  CHECK(progress.images_per_s == Approx(2 * 1000 / 10.0));  // two workers, 1000 epoch-images in 10 s
  CHECK(progress.images_left == 0);
}

TEST_CASE("progress: time left follows from the images that are left") {
  auto builder = testing::fixture_state();
  builder.waiting("transferred", testing::fixture_cell(4, "1", 1));

  const auto progress = report::progress(builder.state());

  CHECK(progress.images_left == 1000);
  REQUIRE(progress.seconds_left);
  CHECK(*progress.seconds_left == Approx(5));
}

TEST_CASE("progress: work is what tasks were estimated to take, of running ones by their epochs") {
  testing::StateBuilder builder;
  builder.done("some", {{"n", "1"}}, {}).running("some", {{"n", "2"}}).waiting("some", {{"n", "3"}});
  const auto start = report::progress(builder.state());
  CHECK(start.work_s == 0);
  const double costs[] = {20, 40, 60};
  std::size_t place = 0;
  for (const auto& entry : builder.state().runs) {
    auto& task = builder.state().tasks.at(entry.run.task);
    task.task.cost_s = costs[place++];
    if (task.state == task::RunState::running)
      task.rows = {{{1, 1}, testing::measured_row(5, metrics::Subset::valid, 1, 5, 5, 10, {})}};
  }

  const auto progress = report::progress(builder.state());

  CHECK(progress.work_s == Approx(120));
  CHECK(progress.work_done_s == Approx(20 + 40 / 4.0));
  // 20 s were estimated and took 10 s: half of what is left on two workers is less than the longest task.
  REQUIRE(progress.seconds_left);
  CHECK(*progress.seconds_left == Approx(30));
}

TEST_CASE("progress: time left is the estimate before anything has ended") {
  testing::StateBuilder builder;
  for (const char* n : {"1", "2", "3", "4"}) builder.waiting("some", {{"n", n}});
  for (auto& [id, task] : builder.state().tasks) task.task.cost_s = 50;

  const auto progress = report::progress(builder.state());

  REQUIRE(progress.seconds_left);
  CHECK(*progress.seconds_left == Approx(100));  // two workers
}

TEST_CASE("progress: durations read like a person's") {
  CHECK(report::duration_text(45) == "45 s");
  CHECK(report::duration_text(730) == "12 min");
  CHECK(report::duration_text(12000) == "3 h 20 min");
  CHECK(report::duration_text(187200) == "2 d 4 h");
}
