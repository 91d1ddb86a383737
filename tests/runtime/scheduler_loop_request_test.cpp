// How rank 0's loop gives work back, drops it, stops for failures, and has damaged files made again.
#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/store/requests.hpp"
#include "runtime/loop_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

std::string run_of(const std::string& task) { return RunId::of(sha256("run " + task)).hex.str(); }

void ask(const LoopScene& scene, const std::string& verb, std::vector<std::string> targets) {
  store::leave_request(scene.options.out, verb, 1, std::move(targets));
}

/// A launch whose only worker has "a", from which "b" starts.
struct Chain : LoopScene {
  Chain() : LoopScene(1, {"a", "b"}) { planned.plan.tasks[1].inputs = {{task_id("a"), task::InputRole::pretraining}}; }
};

/// An artifact whose name is that of its bytes.
ArtifactId make_network(LoopScene& scene, const protocol::TaskAssignment& assignment, const std::string& bytes) {
  const ArtifactId id{to_hex(sha256(bytes))};
  std::ofstream(scene.unfinished('0').parent_path() / (id.hex + ".safetensors")) << bytes;
  scene.arrives(
      1, protocol::CheckpointMade{assignment.fence, assignment.task.id, task::ArtifactKind::finished, {1, 0}, id, 5});
  return id;
}

/// A launch that ends without a word once the source's network is in place and its dependent given out.
ArtifactId dies_with_network(LoopScene& scene) {
  const auto source = scene.begin_with_worker();
  const auto network = make_network(scene, source.at(0), "a network");
  scene.ended(source.at(0));
  scene.turn();
  scene.sent_assignments(1);  // the dependent
  scene.dies();
  return network;
}

void loses_trainer(LoopScene& scene, const protocol::TaskAssignment& assignment) {
  scene.arrives(1, protocol::TrainerFailure{{1},
                                            task::FailureCause::environment,
                                            0,
                                            77,
                                            "",
                                            {{assignment.task.id, assignment.fence}},
                                            {},
                                            Culprit::machine});
}

}  // namespace

TEST_CASE("loop: failed work is given back while the launch runs, with what was aborted; the journal says so") {
  Chain scene;
  const auto first = scene.begin_with_worker();
  scene.ended(first.at(0), task::End::refused);
  ask(scene, "retry", {task_id("a").hex.str()});
  scene.loop().turn();  // the end, before the request is looked for
  CHECK(scene.state_of("b") == task::RunState::aborted);

  scene.turn(1);

  const auto again = scene.sent_assignments(1);
  REQUIRE(again.size() == 1);
  CHECK(again.at(0).task.id == task_id("a"));
  CHECK(again.at(0).fence > first.at(0).fence);
  const auto state = scene.journaled();
  CHECK(state.tasks.at(task_id("a")).state == task::RunState::waiting);
  CHECK(state.tasks.at(task_id("b")).state == task::RunState::waiting);
  CHECK(state.requests.size() == 1);
  CHECK(store::pending_requests(scene.options.out).empty());
}

TEST_CASE("loop: work that was given back while nothing ran is done by the next launch") {
  Chain scene;
  scene.ended(scene.begin_with_worker().at(0), task::End::refused);
  scene.turn();
  scene.dies();
  ask(scene, "retry", {task_id("a").hex.str()});

  const auto again = scene.begin_with_worker();

  REQUIRE(again.size() == 1);
  CHECK(again.at(0).task.id == task_id("a"));
  CHECK(scene.state_of("b") == task::RunState::waiting);
}

TEST_CASE("loop: without a request failed work stays failed in the next launch") {
  Chain scene;
  scene.ended(scene.begin_with_worker().at(0), task::End::refused);
  scene.turn();
  scene.dies();

  CHECK(scene.begin_with_worker().empty());
  CHECK(scene.state_of("a") == task::RunState::failed);
}

TEST_CASE("loop: a request whose file outlived the launch that obeyed is not obeyed twice") {
  Chain scene;
  const auto request = store::leave_request(scene.options.out, "retry", 1, {task_id("a").hex.str()});
  scene.begin_with_worker();
  scene.dies();
  const auto before = scene.journaled();
  store::leave_request(scene.options.out, "retry", 1);
  const auto file = store::request_folder(scene.options.out) / (request.id + ".request");
  for (const auto& other : store::pending_requests(scene.options.out))
    std::filesystem::rename(store::request_folder(scene.options.out) / (other.id + ".request"), file);

  scene.begin_with_worker();

  CHECK(scene.journaled().requests.size() == before.requests.size());
  CHECK(store::pending_requests(scene.options.out).empty());
}

TEST_CASE("loop: a cancelled run is dropped with work that nobody else needs; a task in hand is told to end") {
  LoopScene scene(1, {"a", "b", "c"});
  const auto assignments = scene.begin_with_worker();
  scene.started(assignments.at(0));
  scene.turn();
  ask(scene, "cancel", {run_of("a"), run_of("b")});

  scene.turn(1);

  const auto cancel = scene.sent<protocol::Cancel>(1);
  CHECK(cancel.task == task_id("a"));
  scene.nothing_sent();
  CHECK(scene.state_of("b") == task::RunState::cancelled);
  scene.ended(assignments.at(0), task::End::cancelled);
  scene.turn();
  CHECK(scene.sent_assignments(1).at(0).task.id == task_id("c"));
  CHECK(scene.state_of("a") == task::RunState::cancelled);
}

TEST_CASE("loop: what a run that stays needs is done although another run was cancelled") {
  Chain scene;
  scene.begin();
  scene.dies();
  ask(scene, "cancel", {run_of("a")});

  CHECK(scene.begin_with_worker().at(0).task.id == task_id("a"));
  const auto state = scene.journaled();
  CHECK(state.state_of(state.runs.at(0).run) == task::RunState::cancelled);
  CHECK(state.state_of(state.runs.at(1).run) == task::RunState::waiting);
}

TEST_CASE("loop: runs cancelled while nothing ran are not begun by the next launch, and it ends well") {
  LoopScene scene(1, {"a", "b"});
  scene.begin();
  scene.dies();
  ask(scene, "cancel", {run_of("a")});

  const auto assignments = scene.begin_with_worker();

  REQUIRE(assignments.size() == 1);
  CHECK(assignments.at(0).task.id == task_id("b"));
  CHECK(scene.state_of("a") == task::RunState::cancelled);
  scene.ended(assignments.at(0));
  scene.turn();
  scene.loop().is_over();
  CHECK(scene.loop().finish() == 0);
}

TEST_CASE("loop: a cancelled run that is given back is done") {
  LoopScene scene(1, {"a", "b"});
  scene.begin();
  scene.dies();
  ask(scene, "cancel", {run_of("a")});
  scene.begin();
  scene.dies();
  ask(scene, "retry", {run_of("a"), task_id("a").hex.str()});

  const auto assignments = scene.begin_with_worker();

  CHECK(assignments.at(0).task.id == task_id("a"));
  CHECK(scene.journaled().cancelled.empty());
}

TEST_CASE("loop: a launch that ends leaves work that is given back to the next") {
  LoopScene scene(1, {"a", "b"});
  scene.begin_with_worker();
  scene.world.stop = true;
  scene.turn();
  ask(scene, "retry", {task_id("a").hex.str()});

  scene.turn(1);

  CHECK(store::pending_requests(scene.options.out).size() == 1);
}

TEST_CASE("loop: with --max-fails the launch saves and ends, with the code of failures, and another goes on") {
  LoopScene scene(1, {"a", "b", "c"});
  scene.options.max_fails = 2;
  auto assignments = scene.begin_with_worker();
  scene.ended(assignments.at(0), task::End::refused);
  scene.turn();
  assignments = scene.sent_assignments(1);
  scene.ended(assignments.at(0), task::End::diverged);

  scene.turn();

  const auto last = scene.sent_assignments(1);
  scene.sent<protocol::Stop>(1);
  scene.arrives(1, protocol::Goodbye{{1}});
  scene.turn();
  CHECK(scene.loop().is_over());
  CHECK(scene.loop().finish() == static_cast<int>(ExitCode::some_failed));
  scene.dies();
  CHECK(scene.begin_with_worker().at(0).task.id == task_id("c"));
}

TEST_CASE("loop: a damaged source is set aside, journaled, and made again") {
  Chain scene;
  const auto source = scene.begin_with_worker();
  const auto network = make_network(scene, source.at(0), "a network");
  scene.ended(source.at(0));
  scene.turn();
  const auto dependent = scene.sent_assignments(1);
  const auto file = scene.options.out / "artifacts" / (network.hex + ".safetensors");
  std::string kept_bytes = "another network";
  SECTION("its bytes changed") { std::ofstream(file) << kept_bytes; }
  SECTION("a folder stands in its place") {
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    kept_bytes.clear();
  }
  scene.arrives(1, protocol::ArtifactDamaged{network, "artifact x is damaged."});
  loses_trainer(scene, dependent.at(0));

  scene.turn();

  CHECK(scene.sent_assignments(1).at(0).task.id == task_id("a"));
  const auto aside = scene.options.out / "artifacts" / (network.hex + ".safetensors.damaged-1");
  CHECK(std::filesystem::exists(aside));
  if (!kept_bytes.empty()) CHECK(std::filesystem::file_size(aside) == kept_bytes.size());
  CHECK_FALSE(std::filesystem::exists(file));
  const auto state = scene.journaled();
  REQUIRE(state.damaged.size() == 1);
  CHECK(state.damaged.front().kept_as == aside.filename().string());
  CHECK(state.tasks.at(task_id("a")).finished.artifact.empty());
  CHECK(state.tasks.at(task_id("b")).charged == 0);
}

TEST_CASE("loop: a file that only one worker finds damaged stays; that worker's loss is its machine's") {
  Chain scene;
  const auto source = scene.begin_with_worker();
  const auto network = make_network(scene, source.at(0), "a network");
  scene.ended(source.at(0));
  scene.turn();
  const auto dependent = scene.sent_assignments(1);

  scene.arrives(1, protocol::ArtifactDamaged{network, "artifact x is damaged."});
  loses_trainer(scene, dependent.at(0));
  scene.turn();

  scene.nothing_sent();
  CHECK(scene.journaled().damaged.empty());
  scene.turn(2);
  CHECK(scene.sent_assignments(1).at(0).task.id == task_id("b"));
}

TEST_CASE("loop: a folder in the place of a network that is needed goes aside when a launch begins") {
  Chain scene;
  const auto network = dies_with_network(scene);
  const auto file = scene.options.out / "artifacts" / (network.hex + ".safetensors");
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);

  CHECK(scene.begin_with_worker().at(0).task.id == task_id("a"));
  CHECK(std::filesystem::is_directory(file.string() + ".damaged-1"));
}

TEST_CASE("loop: a launch that was killed before it could set a file aside leaves that to the next") {
  Chain scene;
  const auto network = dies_with_network(scene);
  const std::string name = network.hex + ".safetensors.damaged-1";
  {
    auto writer = store::JournalWriter::open(scene.options.out, scene.options.who);
    writer.append(store::ArtifactDamagedRecord{network, "damaged", name, 1});
    writer.commit();
  }

  CHECK(scene.begin_with_worker().at(0).task.id == task_id("a"));
  CHECK(std::filesystem::exists(scene.options.out / "artifacts" / name));
  CHECK_FALSE(std::filesystem::exists(scene.options.out / "artifacts" / (network.hex + ".safetensors")));
}
