// The supervisor of a launch over several nodes, of which one may be lost.
#include "runtime/supervisor_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

SupervisorScene launch_that_died() {
  SupervisorScene scene({"srun", 115, true});
  scene.begins().dies(137).says("starting it again").nothing_else();
  return scene;
}

}  // namespace

TEST_CASE("supervisor: over several nodes a launch is started again once all of them answer") {
  auto scene = launch_that_died();

  scene.tick(0.5).checks_nodes().nothing_else();
  scene.on(NodesChecked{"the nodes of job 7 do not all answer"}).says("the nodes of job 7 do not all").nothing_else();
  scene.tick(9).nothing_else();
  scene.tick(1).checks_nodes().nothing_else();
  scene.on(NodesChecked{"the nodes of job 7 do not all answer"}).nothing_else();
  scene.tick(10).checks_nodes().nothing_else();
  scene.on(NodesChecked{}).starts().nothing_else();
}

TEST_CASE("supervisor: a start of a job that Slurm has ended starts nothing again") {
  auto scene = launch_that_died();
  scene.tick(0.5).checks_nodes().nothing_else();
  scene.on(NodesChecked{"job 7 was put back", true}).says("job 7 was put back: this start").exits(75).nothing_else();
}

TEST_CASE("supervisor: the wait for nodes ends with a signal, and after twenty minutes") {
  auto scene = launch_that_died();
  scene.tick(0.5).checks_nodes().nothing_else();
  scene.on(NodesChecked{"gone"}).says("gone").nothing_else();
  if (GENERATE(true, false)) {
    scene.signal(SIGTERM).exits(75).nothing_else();
    scene.on(NodesChecked{"gone"}).nothing_else();
    return;
  }
  for (int looks = 2; looks < 120; ++looks) {
    scene.tick(10).checks_nodes().nothing_else();
    scene.on(NodesChecked{"gone"}).nothing_else();
  }
  scene.tick(10).checks_nodes().nothing_else();
  scene.on(NodesChecked{"gone"}).says("given up").exits(77).nothing_else();
}

TEST_CASE("supervisor: srun's name is said, and the time to save is what the job was given") {
  SupervisorScene scene({"srun", 20, true});
  scene.begins().seconds(1, true).nothing_else();
  scene.signal(SIGUSR2).nothing_else();
  scene.seconds(1, true).signals(SIGUSR2).nothing_else();
  scene.seconds(15, true).says_time_is_up().nothing_else();
}

TEST_CASE("supervisor: a warning that came to rank 0 alone is a stop of the same length, and no launch follows it") {
  SupervisorScene scene({"srun", 20, true});
  scene.begins().seconds(1, true).nothing_else();
  scene.words.signal = GENERATE(SIGUSR1, SIGUSR2);
  scene.seconds(16, true).nothing_else();
  scene.seconds(1, true).says_time_is_up().nothing_else();
  scene.seconds(3, true).nothing_else();
  scene.dies(kKilled).exits(75).nothing_else();
}

TEST_CASE("supervisor: TERM that came to rank 0 alone may be the launcher's, for a rank that died") {
  SupervisorScene scene;
  scene.words.signal = SIGTERM;
  scene.begins().seconds(1, true).nothing_else();
  scene.dies(kKilled).says("starting it again").nothing_else();
}
