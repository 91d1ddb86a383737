#include "runtime/rank0/scheduler_loop.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "espalier/core/errors.hpp"
#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

std::size_t place_of(const std::string& what) {
  const auto& all = happenings();
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), what) - all.begin());
}

}  // namespace

TEST_CASE("loop: an agent that says hello gets setup, catalog and its first task") {
  LoopScene scene;
  scene.begin();

  scene.arrives(1, protocol::Hello{{1}});
  scene.turn();

  const auto setup = scene.sent<protocol::Setup>(1);
  CHECK(setup.artifact_dir == (scene.options.out / "artifacts").string());
  CHECK(setup.unfinished_dir == scene.unfinished('a').parent_path().string());
  CHECK(setup.log_dir == (scene.options.out / "logs").string());
  CHECK(std::filesystem::is_directory(setup.log_dir));
  scene.sent<protocol::CatalogUpdate>(1);
  CHECK(scene.sent<protocol::Bundle>(1).tasks.front().task.id == task_id("a"));
  scene.nothing_sent();
}

TEST_CASE("loop: facts are synced first, then files move, and only then commands leave") {
  LoopScene scene(1, {"a", "b", "c"});
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.made(assignments.at(0), 'f', task::ArtifactKind::finished);
  scene.ended(assignments.at(0));
  const WatchedDisk disk;

  scene.turn();

  CHECK(happenings() == std::vector<std::string>{"sync", "move", "send 1"});
  CHECK(std::filesystem::exists(scene.in_place('f')));
  CHECK(scene.state_of("a") == task::RunState::done);
}

TEST_CASE("loop: a checkpoint that another replaces is deleted, after the new one is in its place") {
  LoopScene scene;
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.made(assignments.at(0), 'e');
  scene.turn();
  CHECK(std::filesystem::exists(scene.in_place('e')));

  scene.made(assignments.at(0), 'f');
  scene.turn();

  CHECK_FALSE(std::filesystem::exists(scene.in_place('e')));
  CHECK(std::filesystem::exists(scene.in_place('f')));
}

TEST_CASE("loop: a disk that fails at the commit ends the launch, and nothing is moved or sent") {
  LoopScene scene(1, {"a", "b", "c"});
  const auto assignments = scene.begin_with_worker();
  scene.made(assignments.at(0), 'f', task::ArtifactKind::finished);
  scene.ended(assignments.at(0));
  const WatchedDisk disk;
  WatchedDisk::fails() = true;

  CHECK_THROWS_AS(scene.turn(), EnvironmentError);

  CHECK(happenings().empty());
  scene.nothing_sent();
  CHECK(std::filesystem::exists(scene.unfinished('f')));
}

TEST_CASE("loop: an equal checkpoint of another worker is there although the first was replaced before its message") {
  LoopScene scene(2, {"a", "b"});
  scene.begin();
  scene.arrives(1, protocol::Hello{{1}});
  scene.arrives(2, protocol::Hello{{2}});
  scene.turn();
  std::map<int, protocol::TaskAssignment> assignments;
  for (const auto& [worker, frame] : std::exchange(scene.world.sent, {})) {
    if (frame.is<protocol::Bundle>()) assignments[worker] = frame.as<protocol::Bundle>().tasks.at(0);
  }
  REQUIRE(assignments.size() == 2);
  std::ofstream(scene.unfinished('e', 2)) << "bytes";
  scene.made(assignments[1], 'e');
  scene.turn();
  scene.made(assignments[1], 'f');
  scene.turn();
  CHECK_FALSE(std::filesystem::exists(scene.in_place('e')));

  scene.says_made(2, assignments[2], 'e');
  scene.turn();

  CHECK(std::filesystem::exists(scene.in_place('e')));
  CHECK(scene.journaled().tasks.at(assignments[2].task.id).training.artifact == artifact('e'));
}

TEST_CASE("loop: a file that its record names and nobody has ends the launch") {
  LoopScene scene;
  const auto assignments = scene.begin_with_worker();
  scene.made(assignments.at(0), 'f');
  std::filesystem::remove(scene.unfinished('f'));

  CHECK_THROWS_AS(scene.turn(), EnvironmentError);
}

TEST_CASE("loop: garbage from an agent ends the launch before anything is journaled") {
  LoopScene scene;
  const auto assignments = scene.begin_with_worker();
  const std::string whole = frame::encode(protocol::Started{assignments.at(0).fence, task_id("a"), {}});

  SECTION("half a frame") { scene.world.arrived.push_back({1, whole.substr(0, whole.size() - 1)}); }
  SECTION("a changed byte") {
    scene.world.arrived.push_back({1, whole});
    scene.world.arrived.back().bytes.back() ^= 1;
  }
  SECTION("a message that only rank 0 sends") { scene.arrives(1, protocol::Stop{}); }
  SECTION("a good checksum over no message of its type") {
    const auto type = static_cast<std::uint16_t>(protocol::MessageType::rows);
    scene.world.arrived.push_back({1, frame::encode(type, "half a mess")});
  }
  const auto before = scene.journaled().records;

  CHECK_THROWS_AS(scene.turn(), CorruptionError);
  CHECK(scene.journaled().records == before);
  scene.nothing_sent();
}

TEST_CASE("loop: an agent that is silent for longer than a hang and its grace asks for another launch") {
  LoopScene scene;
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.turn();

  CHECK_NOTHROW(scene.turn(1000));  // suspended meanwhile: that is not the agent's silence
  for (int seconds = 2; seconds < 88; seconds += 2) CHECK_NOTHROW(scene.turn(2));
  CHECK_THROWS_AS((scene.turn(2), scene.turn(2)), RelaunchError);
}

TEST_CASE("loop: a launch whose tasks have ended sends its agents away and ends with their goodbye") {
  LoopScene scene(1, {"a"});
  const auto assignments = scene.begin_with_worker();
  scene.ended(assignments.at(0));
  CHECK_FALSE(scene.loop().is_over());
  scene.turn();
  scene.nothing_sent();

  CHECK_FALSE(scene.loop().is_over());
  scene.turn();
  scene.sent<protocol::Shutdown>(1);
  scene.arrives(1, protocol::Goodbye{{1}});
  scene.turn();

  CHECK(scene.loop().is_over());
  CHECK(scene.loop().missing() == 0);
  CHECK(scene.loop().finish() == 0);
  CHECK(scene.journaled().last_exit == 0);
  scene.nothing_sent();
}

TEST_CASE("loop: an agent that comes when all is done is sent away at once") {
  LoopScene scene(2, {"a"});
  scene.ended(scene.begin_with_worker().at(0));
  scene.turn();
  CHECK_FALSE(scene.loop().is_over());

  scene.arrives(2, protocol::Hello{{2}});
  scene.turn();

  scene.sent<protocol::Shutdown>(1);
  scene.sent<protocol::Setup>(2);
  scene.sent<protocol::CatalogUpdate>(2);
  scene.sent<protocol::Shutdown>(2);
  scene.nothing_sent();
}

TEST_CASE("loop: an agent that does not leave is waited for until the deadline") {
  LoopScene scene(1, {"a"});
  scene.ended(scene.begin_with_worker().at(0));
  scene.turn();
  CHECK_FALSE(scene.loop().is_over());

  scene.world.clock += 8.5;
  CHECK_FALSE(scene.loop().is_over());
  scene.world.clock += 0.2;
  CHECK(scene.loop().is_over());
  CHECK(scene.loop().missing() == 1);
}

TEST_CASE("loop: a worker that loses every trainer ends the study with what went wrong") {
  LoopScene scene(1, {"a", "b", "c", "d"});
  auto assignments = scene.begin_with_worker();
  for (int loss = 0; loss < 5; ++loss) {
    protocol::TrainerFailure lost{{1}, task::FailureCause::environment, 0, 77, "no disk", {}, {}, Culprit::machine};
    for (const auto& assignment : assignments) lost.in_hand.push_back({assignment.task.id, assignment.fence});
    scene.arrives(1, lost);
    scene.turn();
    scene.nothing_sent();
    if (loss < 4) scene.turn(25);
    assignments = scene.sent_assignments(1);
  }
  CHECK(assignments.empty());

  CHECK_FALSE(scene.loop().is_over());
  scene.turn();
  scene.sent<protocol::Shutdown>(1);
  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::environment));
  const auto& warnings = scene.journaled().warnings;
  CHECK(std::any_of(warnings.begin(), warnings.end(),
                    [](const auto& one) { return one.starts_with("every worker loses its trainers"); }));
}

TEST_CASE("loop: a launch that another process has replaced stops before it renames, deletes or sends") {
  LoopScene scene(1, {"a", "b", "c"});
  const auto assignments = scene.begin_with_worker();
  const auto successor = store::JournalWriter::open(scene.options.out, {"nodeB", 1, "", 0, true});
  const WatchedDisk disk;

  SECTION("with facts") {
    scene.made(assignments.at(0), 'f', task::ArtifactKind::finished);
    scene.ended(assignments.at(0));
    CHECK_THROWS_AS(scene.turn(), Error);
    CHECK(std::filesystem::exists(scene.unfinished('f')));
  }
  SECTION("with nothing to say") { CHECK_THROWS_AS(scene.turn(1), Error); }
  CHECK(place_of("move") == happenings().size());
  scene.nothing_sent();
}

TEST_CASE("loop: run() goes through it all, and its exit code is the journal's") {
  LoopScene scene(1, {});
  scene.planned.plan.runs.clear();
  Replan replan = [](const plan::Outcomes&, const std::vector<plan::SelectionOutcome>&) { return Planned{}; };

  const int code = SchedulerLoop(1, scene.options, replan, scene.world).run();

  CHECK(code == 0);
  CHECK(scene.journaled().last_exit == 0);
  CHECK(scene.world.clock == Approx(1008.6).margin(0.3));  // nobody said hello, so nobody said goodbye
}

TEST_CASE("loop: trouble with watched processes is journaled once as a warning") {
  LoopScene scene;
  scene.begin_with_worker();
  scene.world.said = "the supervisor is stopped";

  scene.turn(1);
  scene.turn(1);

  const auto warnings = scene.journaled().warnings;
  CHECK(std::count(warnings.begin(), warnings.end(), scene.world.said) == 1);
}
