// The supervisor in a fake world: launches that die, end and are stopped.
#include "runtime/supervisor_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {
using Scene = SupervisorScene;
}

TEST_CASE("supervisor: nothing is done to a launch that runs") {
  Scene scene;

  scene.tick(1).nothing_else();
  scene.begins().tick(1e6).nothing_else();
}

TEST_CASE("supervisor: a launch that ended in order gives its exit code, whatever mpirun says") {
  const int code = GENERATE(0, 1, 2, 75, 77);
  const int said = GENERATE(0, 1, 2, 77, kKilled);
  Scene scene;
  scene.begins().journal.last_exit = code;

  scene.dies(said).exits(code).nothing_else();

  scene.signal(SIGINT).nothing_else();
  scene.tick(60).nothing_else();
}

TEST_CASE("supervisor: how an earlier launch ended says nothing of one that died before it opened its journal") {
  Scene scene;
  scene.journal.last_exit = 0;

  scene.dies(kKilled, SIGKILL).says("starting it again").nothing_else();
}

TEST_CASE("supervisor: a wrong use and a machine that cannot do it are final") {
  const int code = GENERATE(2, 77);
  Scene scene;
  if (GENERATE(false, true)) scene.begins();

  scene.dies(code).exits(code).nothing_else();
}

TEST_CASE("supervisor: a rank that cannot work is final, whatever code srun gives the ranks it killed") {
  Scene scene;
  scene.words.refused_with = GENERATE(2, 77);

  scene.dies(137).exits(scene.words.refused_with).nothing_else();
}

TEST_CASE("supervisor: a launch that dies in any other way is started again after half a second") {
  const int code = GENERATE(0, 1, 3, 70, 75, kKilled);
  Scene scene;
  scene.begins();

  scene.dies(code).says("the launch died; starting it again. See /out/logs/launch.log.").nothing_else();

  scene.tick(0.4).nothing_else();
  scene.tick(0.1).starts().nothing_else();
  scene.tick(0.1).nothing_else();
}

TEST_CASE("supervisor: five launches without progress are enough; the pauses between them double") {
  Scene scene;
  for (const double pause : {0.5, 1.0, 2.0, 4.0}) {
    scene.begins().dies(kKilled, SIGKILL).says("starting it again").nothing_else();
    scene.tick(pause - 0.01).nothing_else();
    scene.tick(0.01).starts().nothing_else();
  }

  scene.begins().dies(kKilled, SIGKILL).says("died 5 times without progress").exits(77).nothing_else();

  scene.tick(60).nothing_else();
}

TEST_CASE("supervisor: of a launch that died it shows what was said last") {
  Scene scene;
  scene.words.last_line = "no more pipes";
  if (GENERATE(true, false)) scene.begins();

  scene.dies(kKilled).says("It last said: no more pipes. See /out/logs/launch.log.").nothing_else();
}

TEST_CASE("supervisor: a launch that dies five times before it has its journal never began, and the reason is shown") {
  Scene scene;
  scene.words.last_line = "no more pipes";
  const bool one_began = GENERATE(false, true);
  for (int i = 0; i < 4; ++i) {
    if (one_began && i == 1) scene.begins();
    scene.dies(kKilled).says(one_began && i == 1 ? "launch died;" : "died before it began;").nothing_else();
    scene.tick(4).starts().nothing_else();
  }

  const std::string what = one_began ? "died 5 times without progress" : "never began: it died 5 times";
  scene.dies(kKilled)
      .says(what + (one_began ? "" : " before rank 0 had its journal") + ". It last said: no more pipes.")
      .exits(77)
      .nothing_else();
}

TEST_CASE("supervisor: progress begins the count and the pauses anew") {
  Scene scene;
  for (int i = 0; i < 4; ++i) {
    scene.begins().dies(kKilled).says("starting it again").nothing_else();
    scene.tick(4).starts().nothing_else();
  }
  ++scene.journal.results;

  for (const double pause : {0.5, 1.0, 2.0, 4.0}) {
    scene.begins().dies(kKilled).says("starting it again").nothing_else();
    scene.tick(pause - 0.01).nothing_else();
    scene.tick(0.01).starts().nothing_else();
  }
  scene.dies(kKilled).says("died 5 times").exits(77).nothing_else();
}

TEST_CASE("supervisor: results that were there before, or that are fewer than once, are no progress") {
  Scene scene;
  for (const std::size_t results : {10u, 9u, 10u, 10u}) {
    scene.journal.results = results;
    scene.dies(kKilled).says("starting it again").nothing_else();
    scene.tick(4).starts().nothing_else();
  }

  scene.dies(kKilled).says("died 5 times").exits(77).nothing_else();
}

TEST_CASE("supervisor: a signal becomes one save-and-stop, and the code of a stop") {
  const int number = GENERATE(SIGTERM, SIGUSR1, SIGUSR2, SIGHUP);
  Scene scene;
  scene.begins();

  scene.signal(number).nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();
  scene.tick(1).nothing_else();

  scene.journal.last_exit = 75;
  scene.dies(0).exits(75).nothing_else();
}

TEST_CASE("supervisor: Ctrl-C is the same, and says what a second one does") {
  Scene scene;
  scene.begins();

  scene.signal(SIGINT).says("Ctrl-C again aborts").nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();
}

TEST_CASE("supervisor: a stopped launch that dies is not started again, even where its code would be final") {
  const int code = GENERATE(1, 2, 77, kKilled);
  Scene scene;
  scene.begins();
  scene.signal(SIGTERM).nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();

  scene.dies(code).exits(75).nothing_else();
}

TEST_CASE("supervisor: a launch that ends in order just before it hears of the stop keeps its code") {
  Scene scene;
  scene.begins();
  scene.signal(SIGTERM).nothing_else();
  scene.journal.last_exit = 0;

  scene.dies(0).exits(0).nothing_else();
}

TEST_CASE("supervisor: a launch that is silent for 9.6 s after the stop is killed") {
  Scene scene;
  scene.begins();
  scene.signal(SIGTERM).nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();

  scene.seconds(9, false).nothing_else();
  scene.tick(0.5).nothing_else();
  scene.tick(0.2).signals(SIGKILL).nothing_else();
  scene.tick(0.1).signals(SIGKILL).nothing_else();  // until it is gone

  scene.dies(kKilled, SIGKILL).exits(75).nothing_else();
}

TEST_CASE("supervisor: a launch that saves gets as long as its signal allows") {
  const int number = GENERATE(SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT);
  Scene scene;
  scene.begins();
  auto answer = scene.signal(number);
  if (number == SIGINT) answer.says("saving");
  answer.nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();

  scene.seconds(static_cast<int>(stop_limit_s(number) - kLastWords_s), true).nothing_else();
  scene.seconds(1, true).says_time_is_up().nothing_else();  // its time is up: it journals what is not saved
  scene.seconds(static_cast<int>(kLastWords_s) - 1, true).nothing_else();
  scene.seconds(1, true).signals(SIGKILL).nothing_else();
}

TEST_CASE("supervisor: a stop before the launch has its journal is sent once it has; the launch gets 3 s in all") {
  Scene scene;

  scene.signal(SIGTERM).nothing_else();
  scene.tick(1).nothing_else();
  scene.begins().tick(1).signals(SIGUSR2).nothing_else();
  scene.tick(1).nothing_else();
  scene.tick(0.1).signals(SIGKILL).nothing_else();

  scene.dies(kKilled, SIGKILL).exits(75).nothing_else();
}

TEST_CASE("supervisor: a launch that never opens its journal is killed 3 s after the stop, unasked") {
  Scene scene;
  scene.signal(SIGTERM).nothing_else();

  scene.tick(3).nothing_else();
  scene.tick(0.1).signals(SIGKILL).nothing_else();

  scene.dies(kKilled, SIGKILL).exits(75).nothing_else();
}

TEST_CASE("supervisor: a second Ctrl-C aborts: TERM at once, KILL after 3 s, and the code of the signal") {
  Scene scene;
  scene.begins();
  scene.signal(SIGINT).says("stopping").nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();

  scene.signal(SIGINT).signals(SIGTERM).nothing_else();

  scene.tick(3).nothing_else();
  scene.tick(0.1).signals(SIGKILL).nothing_else();
  scene.dies(kKilled, SIGKILL).exits(128 + SIGINT).nothing_else();
}

TEST_CASE("supervisor: an abort never gives a launch more time than the stop did") {
  Scene scene;
  scene.begins();
  scene.signal(SIGTERM).nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();
  const int before_last_words = static_cast<int>(stop_limit_s(SIGTERM) - kLastWords_s);
  scene.seconds(before_last_words, true).nothing_else();
  if (GENERATE(true, false)) {
    scene.seconds(1, true).says_time_is_up().nothing_else();
    scene.seconds(3, true).nothing_else();
    scene.signal(SIGINT).signals(SIGTERM).nothing_else();
    scene.seconds(1, true).nothing_else();
  } else {
    scene.signal(SIGINT).signals(SIGTERM).nothing_else();
    scene.seconds(3, true).nothing_else();  // nobody is told to write down what is lost
  }
  scene.seconds(1, true).signals(SIGKILL).nothing_else();
}

TEST_CASE("supervisor: Ctrl-C after another signal aborts, other signals after a stop change nothing") {
  Scene scene;
  scene.begins();
  scene.signal(SIGTERM).nothing_else();
  scene.tick().signals(SIGUSR2).nothing_else();

  for (const int number : {SIGTERM, SIGUSR1, SIGUSR2, SIGHUP}) scene.signal(number).nothing_else();
  scene.tick().nothing_else();
  scene.signal(SIGINT).signals(SIGTERM).nothing_else();

  scene.dies(128 + SIGTERM).exits(128 + SIGTERM).nothing_else();  // of the first signal
}

TEST_CASE("supervisor: an aborted launch that ended in order after all keeps its code") {
  Scene scene;
  scene.begins();
  scene.signal(SIGINT).says("stopping").nothing_else();
  scene.signal(SIGINT).signals(SIGTERM).nothing_else();
  scene.journal.last_exit = 75;

  scene.dies(1).exits(75).nothing_else();
}

TEST_CASE("supervisor: any signal in the pause before another launch ends it with the code of a stop") {
  const int number = GENERATE(SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP);
  Scene scene;
  scene.begins().dies(kKilled).says("starting it again").nothing_else();

  scene.signal(number).exits(75).nothing_else();

  scene.signal(SIGINT).nothing_else();
  scene.tick(60).nothing_else();
}

TEST_CASE("supervisor: whether a launch has begun is judged by its own segment, not by those of the dead one") {
  Scene scene;
  scene.begins().dies(kKilled).says("starting it again").nothing_else();
  scene.tick(1).starts().nothing_else();

  scene.signal(SIGTERM).nothing_else();
  scene.tick(1).nothing_else();
  scene.begins().tick().signals(SIGUSR2).nothing_else();
}
