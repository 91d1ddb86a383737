// Launches in virtual time: how long they take, and that nothing is lost in them.
#include "espalier/sched/simulate.hpp"

#include "sched/sched_builders.hpp"

using namespace espalier;
using namespace espalier::sched;

TEST_CASE("simulation: many workers are kept busy to the end, and no schedule beats the bound") {
  std::vector<AddedTask> tasks;
  for (int i = 0; i < 400; ++i) {
    tasks.push_back(training("t" + std::to_string(i), i % 4 + 1, {static_cast<std::uint64_t>(i / 4 + 1)}));
  }
  for (const std::int32_t workers : {1, 7, 40}) {
    const auto seen = simulate(tasks, {workers});
    INFO(workers << " workers");
    CHECK(seen.unfinished == 0);
    CHECK(seen.tasks == 400);
    CHECK(seen.makespan_s >= seen.lower_bound_s * 0.999);
    CHECK(seen.makespan_s <= seen.lower_bound_s * (workers == 40 ? 1.25 : 1.05));
  }
}

TEST_CASE("simulation: failures cost time and lose no task") {
  std::vector<AddedTask> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(training("t" + std::to_string(i), 9, {}, 40));
  const auto well = simulate(tasks, {5}), failing = simulate(tasks, {5, 2000});

  CHECK(well.failures == 0);
  CHECK(failing.failures > 3);
  CHECK(failing.unfinished == 0);
  CHECK(failing.makespan_s > well.makespan_s);
  CHECK(failing.busy_s > well.busy_s);
}

TEST_CASE("simulation: what a selection adds comes after what it waits for") {
  std::vector<AddedTask> tasks{training("a", 9, {}), training("b", 9, {})};
  int asked = 0;
  const auto seen = simulate(tasks, {2}, [&](const TaskId&) {
    Growth growth;
    if (++asked == 2) growth = {{training("c", 9, {})}, {id("a"), id("b")}};
    return growth;
  });

  CHECK(seen.tasks == 3);
  CHECK(seen.makespan_s == Approx(80));
  CHECK(seen.critical_path_s == Approx(80));
}
