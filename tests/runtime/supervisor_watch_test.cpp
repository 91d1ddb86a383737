// Rank 0's eye on the supervisor, with a clock and a process table of the test's.
#include "runtime/launch/supervisor_watch.hpp"

#include <catch2/catch.hpp>

using namespace espalier::runtime;

namespace {

struct Scene {
  bool stopped = false;
  double now = 1000;
  SupervisorWatch watch{"4711 here", "here", [this](pid_t process) { return process == 4711 && stopped; }};

  std::string seconds(int count) {
    std::string said;
    for (int i = 0; i < count; ++i) said += watch.look(++now);
    return said;
  }
};

}  // namespace

TEST_CASE("supervisor watch: a stopped supervisor is said once after 30 s, and again after it ran") {
  Scene scene;
  CHECK(scene.seconds(100).empty());
  scene.stopped = true;

  CHECK(scene.seconds(29).empty());
  CHECK_THAT(scene.seconds(1), Catch::Contains("the supervisor (process 4711) is stopped"));
  CHECK(scene.seconds(1000).empty());
  scene.stopped = false;
  CHECK(scene.seconds(1).empty());
  scene.stopped = true;
  CHECK(scene.seconds(29).empty());
  CHECK_FALSE(scene.seconds(1).empty());
}

TEST_CASE("supervisor watch: time in which rank 0 was suspended itself does not count") {
  Scene scene;
  scene.seconds(1);
  scene.stopped = true;
  scene.now += 1e5;

  CHECK(scene.seconds(27).empty());
}

TEST_CASE("supervisor watch: one on another machine, or none, is not watched") {
  const std::string address = GENERATE("", "4711", "4711 elsewhere", "x here");
  SupervisorWatch watch(address, "here", [](pid_t) { return true; });

  for (int i = 0; i < 100; ++i) CHECK(watch.look(i).empty());
}
