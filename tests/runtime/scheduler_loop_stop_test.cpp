// How rank 0's loop is stopped: by a signal, or by a request of another process.
#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/store/requests.hpp"
#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

constexpr int kStopped = static_cast<int>(ExitCode::stopped);

bool has_requests(const LoopScene& scene) { return !store::pending_requests(scene.options.out).empty(); }

}  // namespace

TEST_CASE("loop: a signal stops every agent, once, and the launch ends with the last goodbye") {
  LoopScene scene(1, {"a", "b"});
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.world.stop = true;

  scene.turn();
  scene.sent<protocol::Stop>(1);
  scene.turn(1);
  scene.nothing_sent();
  CHECK_FALSE(scene.loop().is_over());

  scene.ended(assignments.at(0), task::End::stopped);
  scene.arrives(1, protocol::Goodbye{{1}});
  scene.turn();
  CHECK(scene.loop().is_over());
  CHECK(scene.loop().finish() == kStopped);
  CHECK(scene.journaled().last_exit == kStopped);
  scene.nothing_sent();
}

TEST_CASE("loop: agents that say that they are well get more time to save, but not for ever") {
  LoopScene scene;
  scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();

  for (int i = 0; i < 70; ++i) {
    scene.arrives(1, protocol::Alive{{1}});
    scene.turn(8.5);
    CHECK_FALSE(scene.loop().is_over());
  }
  scene.arrives(1, protocol::Alive{{1}});
  scene.turn(6);
  CHECK(scene.loop().is_over());
}

TEST_CASE("loop: agents are told once that the time of a stop is up, by a request or before they must have left") {
  LoopScene scene(2);
  scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();
  CHECK_FALSE(scene.sent<protocol::Stop>(1).time_is_up);

  if (GENERATE(true, false)) {
    store::leave_request(scene.options.out, "stop", 1, {store::kTimeIsUp});
    scene.turn(1);
  } else {
    for (int i = 0; i < 596; ++i) {
      scene.arrives(1, protocol::Alive{{1}});
      scene.turn(1);
    }
  }

  CHECK(scene.sent<protocol::Stop>(1).time_is_up);
  scene.turn(1);
  scene.nothing_sent();
  CHECK_FALSE(scene.loop().is_over());
}

TEST_CASE("loop: that the time of a stop is up begins the stop where it has not begun") {
  LoopScene scene;
  scene.begin_with_worker();
  store::leave_request(scene.options.out, "stop", 1, {store::kTimeIsUp});

  scene.turn(1);

  CHECK_FALSE(scene.sent<protocol::Stop>(1).time_is_up);
  CHECK(scene.sent<protocol::Stop>(1).time_is_up);
  CHECK_FALSE(has_requests(scene));
}

TEST_CASE("loop: a stop ends after 8.6 s in which no agent says anything") {
  LoopScene scene;
  scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();

  scene.turn(8.5);
  CHECK_FALSE(scene.loop().is_over());
  scene.turn(0.2);

  CHECK(scene.loop().is_over());
  CHECK(scene.loop().missing() == 1);
  CHECK(scene.loop().finish() == kStopped);
}

TEST_CASE("loop: an agent that comes during a stop is told so") {
  LoopScene scene(2);
  scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();
  scene.sent<protocol::Stop>(1);

  scene.arrives(2, protocol::Hello{{2}});
  scene.turn();

  scene.sent<protocol::Setup>(2);
  scene.sent<protocol::CatalogUpdate>(2);
  scene.sent<protocol::Stop>(2);
  scene.nothing_sent();
}

TEST_CASE("loop: no selection is made once a stop has begun") {
  LoopScene scene;
  scene.planned.plan.pending.push_back({"selection", {task_id("a")}});
  const auto assignments = scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();

  scene.ended(assignments.at(0));
  scene.turn();

  CHECK(scene.plans == 1);
}

TEST_CASE("loop: a request stops the launch that it is meant for") {
  LoopScene scene;
  scene.begin_with_worker();
  store::leave_request(scene.options.out, "stop", 1);

  scene.turn(1);

  scene.sent<protocol::Stop>(1);
  CHECK_FALSE(has_requests(scene));
  CHECK(scene.journaled().requests.size() == 1);
}

TEST_CASE("loop: a request that an earlier launch did not take up is journaled, removed and not obeyed") {
  LoopScene scene;
  scene.begin();
  scene.dies();
  store::leave_request(scene.options.out, "stop", 1);

  scene.begin_with_worker();

  scene.nothing_sent();
  CHECK_FALSE(has_requests(scene));
  CHECK_FALSE(scene.loop().is_over());
}

TEST_CASE("loop: a stop that an earlier launch of the same supervisor did not take up is obeyed, before any work") {
  LoopScene scene;
  scene.begin();
  scene.dies();
  store::leave_request(scene.options.out, "stop", 1);
  scene.options.first_segment = 1;

  scene.begin();
  scene.arrives(1, protocol::Hello{{1}});
  scene.turn();

  scene.sent<protocol::Setup>(1);
  scene.sent<protocol::CatalogUpdate>(1);
  scene.sent<protocol::Stop>(1);
  scene.nothing_sent();
  CHECK_FALSE(has_requests(scene));
  scene.arrives(1, protocol::Goodbye{{1}});
  scene.turn();
  CHECK(scene.loop().is_over());
  CHECK(scene.loop().finish() == kStopped);
}

TEST_CASE("loop: a stop that was meant for a launch before this supervisor's is not obeyed") {
  LoopScene scene;
  scene.begin();
  scene.dies();
  store::leave_request(scene.options.out, "stop", 1);
  scene.options.first_segment = 2;

  scene.begin_with_worker();

  scene.nothing_sent();
  CHECK_FALSE(has_requests(scene));
}

TEST_CASE("loop: a request is looked for once a second") {
  LoopScene scene;
  scene.begin_with_worker();
  scene.turn(1);
  store::leave_request(scene.options.out, "stop", 1);

  scene.turn(0.9);
  scene.nothing_sent();
  CHECK(has_requests(scene));
  scene.turn(0.2);
  scene.sent<protocol::Stop>(1);
}

TEST_CASE("loop: a request stays where its record could not be made durable") {
  LoopScene scene;
  scene.begin_with_worker();
  store::leave_request(scene.options.out, "stop", 1);

  SECTION("the disk fails") {
    const WatchedDisk disk;
    WatchedDisk::fails() = true;
    CHECK_THROWS_AS(scene.turn(1), EnvironmentError);
  }
  SECTION("another process has taken over") {
    const auto successor = store::JournalWriter::open(scene.options.out, {"nodeB", 1, "", 0, true});
    CHECK_THROWS_AS(scene.turn(1), Error);
  }

  CHECK(has_requests(scene));
  scene.nothing_sent();
}

TEST_CASE("loop: a request that is not understood is said once and left") {
  LoopScene scene;
  scene.begin_with_worker();
  store::leave_request(scene.options.out, "dance", 1);

  scene.turn(1);
  scene.turn(1);

  scene.nothing_sent();
  CHECK(has_requests(scene));
  const auto warnings = scene.journaled().warnings;
  CHECK(std::count(warnings.begin(), warnings.end(), "request 'dance' is not understood") == 1);
}
