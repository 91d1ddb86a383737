// When the main thread counts as hanging. The time is what the watch is asked, once a second.
#include "runtime/busy.hpp"

#include <catch2/catch.hpp>

#include "runtime/loop_scene.hpp"

using namespace espalier::runtime;

namespace {

/// The answer to the last of `seconds` questions.
bool gets_on_after(ProgressWatch& watch, int seconds) {
  bool answer = true;
  for (int i = 0; i < seconds; ++i) answer = watch.gets_on();
  return answer;
}

/// A loop that has just turned, and a watch that has seen it.
ProgressWatch after_a_turn() {
  note_progress();
  ProgressWatch watch;
  CHECK(watch.gets_on());
  return watch;
}

}  // namespace

TEST_CASE("busy: a loop that does not turn for ten seconds does not get on, until it turns again") {
  auto watch = after_a_turn();

  CHECK(gets_on_after(watch, kTurnLimit_s));
  CHECK_FALSE(gets_on_after(watch, 1));
  CHECK(watch.silent_s() == kTurnLimit_s + 1);
  CHECK(watch.busy_with() == "a turn of the loop");

  note_progress();
  CHECK(gets_on_after(watch, kTurnLimit_s));
}

TEST_CASE("busy: what may take longer has a limit of its own, and the turn has its own again behind it") {
  auto watch = after_a_turn();
  {
    const Busy planning("planning", 100);
    CHECK(gets_on_after(watch, 101));  // the first question sees that something began
    CHECK(watch.busy_with() == "planning");
    {
      const Busy sync("a sync", kNoLimit_s);
      CHECK(gets_on_after(watch, 10000));
    }
    CHECK(gets_on_after(watch, 101));
    CHECK_FALSE(gets_on_after(watch, 1));
  }

  CHECK(gets_on_after(watch, kTurnLimit_s + 1));
  CHECK_FALSE(gets_on_after(watch, 1));
}

TEST_CASE("busy: what may take long counts as hanging once it neither works nor waits for a disk") {
  const Busy planning("planning");
  ProgressWatch watch;
  double cpu_s = 0;
  const auto gets_on_for = [&](int seconds, double work_s, bool waits_for_disk = false) {
    bool answer = true;
    for (int i = 0; i < seconds; ++i) answer = watch.gets_on({cpu_s += work_s, waits_for_disk});
    return answer;
  };
  CHECK(gets_on_for(1, 0));

  CHECK(gets_on_for(1000, 0.05));
  CHECK(gets_on_for(1000, 0, true));
  CHECK(gets_on_for(kIdleLimit_s, 0.001));
  CHECK_FALSE(gets_on_for(1, 0.001));
  CHECK(gets_on_for(1, 0.05));
  CHECK(gets_on_for(kIdleLimit_s, 0));
  note_step();
  CHECK(gets_on_for(kIdleLimit_s + 1, 0));
  CHECK(gets_on_for(1, 0.05));
  CHECK_FALSE(gets_on_for(kBusyLimit_s, 0.05));  // a computation without end
}

TEST_CASE("busy: a look at this process sees its work") {
  const auto before = look_at_self();
  double sum = 0;
  while (look_at_self().cpu_s - before.cpu_s < kLeastWork_s) sum += 1;

  CHECK(sum > 0);
  CHECK_FALSE(look_at_self().waits_for_disk);
}

TEST_CASE("busy: each turn of rank 0's loop and each message show that it gets on") {
  LoopScene scene;
  scene.begin_with_worker();
  auto watch = after_a_turn();
  CHECK_FALSE(gets_on_after(watch, kTurnLimit_s + 1));

  scene.turn();

  CHECK(gets_on_after(watch, kTurnLimit_s + 1));
  CHECK_FALSE(gets_on_after(watch, 1));
  CHECK(watch.busy_with() == "a turn of the loop");
}

TEST_CASE("busy: rank 0's loop is busy with a plan while it makes one") {
  LoopScene scene;
  std::string seen;
  scene.while_planning = [&] { seen = ProgressWatch().busy_with(); };

  scene.begin();

  CHECK(seen == "planning");
}
