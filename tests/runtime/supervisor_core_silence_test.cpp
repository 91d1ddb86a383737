// The supervisor in a fake world: launches that never begin, fall silent, or do not end.
#include "runtime/supervisor_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {
using Scene = SupervisorScene;
}

TEST_CASE("supervisor: rank 0's word counts where the journal is gone") {
  Scene scene;
  scene.words.begun = true;
  SECTION("for the end") {
    scene.words.ended_with = GENERATE(0, 1, 75, 77);
    scene.dies(0).says("'espalier verify'").exits(scene.words.ended_with).nothing_else();
  }
  SECTION("for a stop, which it hears") {
    scene.signal(SIGTERM).nothing_else();
    scene.tick().signals(SIGUSR2).nothing_else();
  }
}

TEST_CASE("supervisor: what the journal says of the end is better than rank 0's word") {
  Scene scene;
  scene.begins().journal.last_exit = 1;
  scene.words.ended_with = 0;

  scene.dies(0).exits(1).nothing_else();
}

TEST_CASE("supervisor: an mpirun that starts nothing is given up, with the reason") {
  Scene scene;
  scene.words.launcher_stopped = GENERATE(false, true);
  scene.words.last_line = "no more pipes";

  scene.seconds(120, false).nothing_else();
  auto answer = scene.seconds(1, false);
  answer.says("mpirun has started nothing for 121 s (").signals(SIGKILL).nothing_else();
  scene.tick(0.1).signals(SIGKILL).nothing_else();  // until it is gone

  scene.dies(kKilled, SIGKILL).exits(77).nothing_else();
}

TEST_CASE("supervisor: an MPI that never starts is given up, with the reason") {
  Scene scene;

  scene.seconds(600, true).nothing_else();
  scene.seconds(1, true).says("rank 0 has not opened its journal for 601 s").signals(SIGKILL).nothing_else();

  scene.dies(kKilled, SIGKILL).exits(77).nothing_else();
}

TEST_CASE("supervisor: a launch that falls silent is killed and started again") {
  Scene scene;
  scene.begins();
  const bool stopped = GENERATE(false, true);
  scene.seconds(1000, true).nothing_else();
  scene.words.launcher_stopped = stopped;

  scene.seconds(30, false).nothing_else();
  scene.seconds(1, false)
      .says(stopped ? "mpirun is stopped" : "is rank 0 stopped, or does it hang?")
      .signals(SIGKILL)
      .nothing_else();

  scene.dies(kKilled, SIGKILL).says("starting it again").nothing_else();
  scene.words = {};
  scene.tick(0.5).starts().nothing_else();
  scene.begins().seconds(100, true).nothing_else();
}

TEST_CASE("supervisor: time in which it was suspended itself does not count as silence") {
  Scene scene;
  scene.begins().seconds(1, true).nothing_else();
  scene.seconds(25, false).nothing_else();

  scene.tick(1e5).nothing_else();

  scene.seconds(1, true).nothing_else();
  scene.seconds(30, false).nothing_else();
}

TEST_CASE("supervisor: silence counts from the journal's begin on, for longer where no heartbeat has arrived at all") {
  Scene scene;
  scene.seconds(100, false).nothing_else();
  scene.begins();

  scene.seconds(121, false).nothing_else();
  scene.seconds(1, false).says("no heartbeat for 121 s").signals(SIGKILL).nothing_else();
}

TEST_CASE("supervisor: a rank 0 that is stopped right after its journal's begin is noticed") {
  Scene scene;
  scene.seconds(25, true).nothing_else();
  scene.seconds(25, false).nothing_else();
  scene.begins().words.begun = true;
  ++scene.words.heartbeats;  // with that word

  scene.seconds(31, false).nothing_else();
  scene.seconds(1, false).says("no heartbeat for 31 s").signals(SIGKILL).nothing_else();
}

TEST_CASE("supervisor: a launch that stays after rank 0 has said that it ends is killed, and its code kept") {
  Scene scene;
  scene.begins().seconds(5, true).nothing_else();
  scene.journal.last_exit = 0;
  scene.words.ended_with = 0;

  scene.seconds(10, true).nothing_else();
  scene.seconds(1, true).signals(SIGKILL).nothing_else();

  scene.dies(kKilled, SIGKILL).exits(0).nothing_else();
}
