#include "store/viewed_tasks.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "store/sample.hpp"

using namespace espalier;
using namespace espalier::store;

TEST_CASE("viewed tasks: a view gives back tasks and rows as the journal has them") {
  Sample sample;
  const State state = replay(sample.out.path());

  const ViewedTasks viewed = read_viewed_tasks(sample.out.path() / "results.h5");

  CHECK(viewed.position == state.position);
  REQUIRE(viewed.tasks.size() == state.tasks.size());
  for (const auto& [id, task] : state.tasks) {
    const ViewedTask& one = viewed.tasks.at(id);
    CHECK(one.state == task::name_of(task.state));
    CHECK(one.device == task.device);
    CHECK(one.seconds == task.seconds);
    CHECK(one.epoch_images == task.epoch_images);
    CHECK(one.finished == task.finished.artifact);
    CHECK(one.form == task.task.form);
    REQUIRE(one.rows.size() == task.rows.size());
    for (std::size_t i = 0; i < task.rows.size(); ++i) CHECK(one.rows[i] == task.rows[i].row);
  }
}

TEST_CASE("viewed tasks: numbers of hits come back exactly, whatever the share rounds to") {
  Sample sample;
  State state = replay(sample.out.path());
  auto& row = state.tasks.at(task_number(1)).rows.front().row;
  for (std::int64_t hits = 0; hits <= 997; ++hits) {
    row.count = 997;
    row.values.set(metrics::Metric::top1, static_cast<double>(hits));
    if (hits % 83 != 0) continue;
    write_view(state, sample.out.path());
    const ViewedTasks viewed = read_viewed_tasks(sample.out.path() / "results.h5");
    REQUIRE(viewed.tasks.at(task_number(1)).rows.front() == row);
  }
}

TEST_CASE("viewed tasks: a file that is no view is refused") {
  Scratch out;
  const auto file = out.path() / "results.h5";

  std::ofstream(file) << "nothing";
  CHECK_THROWS_AS(read_viewed_tasks(file), Error);
  std::filesystem::remove(file);
  CHECK_THROWS_AS(read_viewed_tasks(file), Error);
}
