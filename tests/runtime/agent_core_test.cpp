// The agent between rank 0 and its trainer: bundles in order, and stops.
#include "runtime/agent/agent_core.hpp"

#include <csignal>

#include "espalier/core/errors.hpp"
#include "runtime/agent_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

TEST_CASE("agent: the first thing it says is hello") {
  AgentScene scene;

  auto answer = scene.on(AgentStarted{});

  const auto hello = answer.to_rank0<protocol::Hello>();
  answer.nothing_else();
  CHECK(hello.worker == WorkerId{2});
  CHECK(hello.host == "nodeA");
  CHECK(hello.process == 100);
}

TEST_CASE("agent: a trainer is started for the first bundle, not before, and greeted with setup and catalogs") {
  AgentScene scene;
  scene.receives_setup().nothing_else();
  scene.receives(protocol::CatalogUpdate{}).nothing_else();
  scene.receives(protocol::CatalogUpdate{}).nothing_else();

  scene.receives_bundle({"a"}).trainer_starts(2).trainer_gets("a").nothing_else();
}

TEST_CASE("agent: a catalog that comes later goes to the trainer that runs, and to the next one") {
  AgentScene scene;
  scene.works_on({"a"});

  auto answer = scene.receives(protocol::CatalogUpdate{});
  answer.to_trainer<protocol::CatalogUpdate>();
  answer.nothing_else();

  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.reaps(0).nothing_else();
  scene.receives_bundle({"b"}).trainer_starts(1).trainer_gets("b").nothing_else();
}

TEST_CASE("agent: one bundle at a time; the next is handed over when all tasks of the last have ended") {
  AgentScene scene;
  scene.works_on({"a", "b"});
  scene.receives_bundle({"c"}).nothing_else();
  scene.receives_bundle({"d"}).nothing_else();

  scene.hears_end_of("b").passed_on_end_of("b").nothing_else();
  scene.hears_end_of("a").passed_on_end_of("a").trainer_gets("c").nothing_else();
  scene.hears_end_of("c").passed_on_end_of("c").trainer_gets("d").nothing_else();
  scene.hears_end_of("d").passed_on_end_of("d").nothing_else();
}

TEST_CASE("agent: the end of another attempt at a task is passed on but ends nothing") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}).nothing_else();

  auto answer = scene.hears(protocol::Ended{{3, 9}, {"a"}, task::End::done, "", 0, 0, ""});

  answer.passed_on_end_of("a").nothing_else();
}

TEST_CASE("agent: what the trainer says goes to rank 0 byte for byte") {
  AgentScene scene;
  scene.works_on({"a"});
  const protocol::Progress progress{kFence, {"a"}, {3, 7}, 50};

  auto answer = scene.hears(progress);

  CHECK(answer.next<TellRank0>().frames == frame::encode(progress));
  answer.nothing_else();
}

TEST_CASE("agent: a cancel goes to the trainer that runs, else nowhere") {
  AgentScene scene;
  scene.receives(protocol::Cancel{kFence, {"a"}}).nothing_else();
  scene.works_on({"a"});

  auto answer = scene.receives(protocol::Cancel{kFence, {"a"}});

  CHECK(answer.to_trainer<protocol::Cancel>().task == TaskId{"a"});
  answer.nothing_else();
}

TEST_CASE("agent: without work to do it answers every task at once and starts no trainer") {
  AgentScene scene;
  scene.receives_setup(true).nothing_else();

  auto answer = scene.receives_bundle({"a", "b"});

  for (const char* task : {"a", "b"}) {
    CHECK(answer.to_rank0<protocol::Started>().task == TaskId{task});
    const auto ended = answer.to_rank0<protocol::Ended>();
    CHECK(ended.task == TaskId{task});
    CHECK(ended.fence == kFence);
    CHECK(ended.kind == task::End::done);
  }
  answer.nothing_else();
  scene.tick(1000).nothing_else();
}

TEST_CASE("agent: a message that no agent may be sent is an error") {
  AgentScene scene;

  CHECK_THROWS_AS(scene.receives(protocol::Goodbye{}), CorruptionError);
  CHECK_THROWS_AS(scene.on(MessageReceived{damaged(protocol::MessageType::bundle)}), CorruptionError);
}

TEST_CASE("agent: a stop with nothing in hand is answered with goodbye, at the next tick and once") {
  AgentScene scene;
  scene.receives_setup().nothing_else();

  scene.receives(protocol::Stop{}).nothing_else();

  scene.tick().leaves().nothing_else();
  scene.tick(60).nothing_else();
}

TEST_CASE("agent: an idle trainer is not told of a stop, it is ended with the agent") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();

  scene.receives(protocol::Stop{}).nothing_else();

  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a stop goes to the trainer that works; goodbye waits until every task in hand has ended") {
  AgentScene scene;
  scene.works_on({"a", "b"});
  scene.receives_bundle({"c"}).nothing_else();

  auto answer = scene.receives(protocol::Stop{});
  answer.to_trainer<protocol::Stop>();
  answer.nothing_else();

  scene.tick(1).nothing_else();
  scene.hears_end_of("a", task::End::stopped).passed_on_end_of("a").nothing_else();
  scene.tick(1).nothing_else();
  scene.hears_end_of("b", task::End::stopped).passed_on_end_of("b").nothing_else();  // and c is not handed over
  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a bundle that comes after the stop is dropped, also in a launch without work") {
  const bool noop = GENERATE(false, true);
  AgentScene scene;
  scene.receives_setup(noop).nothing_else();
  scene.receives(protocol::Stop{}).nothing_else();

  scene.receives_bundle({"a"}).nothing_else();

  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a trainer that stops has as long as the stop allows to end its step and to save") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears(protocol::Started{kFence, {"a"}, {}}).to_rank0<protocol::Started>();
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();

  scene.tick(kHang_s - 1).nothing_else();
  scene.hears(protocol::CheckpointMade{}).to_rank0<protocol::CheckpointMade>();
  scene.tick(kHang_s - 1).nothing_else();
  scene.hears_end_of("a", task::End::stopped).passed_on_end_of("a").nothing_else();
  scene.tick().leaves().nothing_else();
}

TEST_CASE(
    "agent: a trainer that has not saved when the stop's time is up is killed, its tasks are lost, the agent leaves") {
  AgentScene scene;
  scene.works_on({"a", "b"});
  scene.receives_bundle({"c"}).nothing_else();
  if (GENERATE(true, false)) scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();
  scene.tick(20).nothing_else();

  scene.receives(protocol::Stop{true}).trainer_is_killed().nothing_else();
  scene.receives(protocol::Stop{true}).nothing_else();
  scene.tick(1).nothing_else();

  auto answer = scene.reaps(128 + SIGKILL, SIGKILL);
  const auto lost = answer.to_rank0<protocol::TrainerFailure>();
  answer.nothing_else();
  CHECK(lost.cause == task::FailureCause::killed);
  CHECK(lost.in_hand == in_flight({"a", "b"}));
  CHECK(lost.unstarted.empty());
  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a stop whose time is up kills nobody who has nothing in hand") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();

  scene.receives(protocol::Stop{true}).nothing_else();

  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a trainer that hangs does so during a stop, too") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.tick(25).nothing_else();  // loading
  scene.hears(protocol::Started{kFence, {"a"}, {}}).to_rank0<protocol::Started>();
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();

  scene.tick(kHang_s + 0.1).trainer_is_killed().nothing_else();
}

TEST_CASE("agent: while its trainer is silent, it tells rank 0 that it is well, more often once it stops") {
  AgentScene scene;
  scene.receives_setup().nothing_else();
  scene.tick(100).nothing_else();
  CHECK(scene.alive == 0);  // nothing in hand
  scene.receives_bundle({"a"}).trainer_starts().trainer_gets("a").nothing_else();

  scene.tick(9).nothing_else();
  CHECK(scene.alive == 0);
  scene.tick(1).nothing_else();
  scene.tick(1).nothing_else();
  CHECK(scene.alive == 1);
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();
  for (int i = 0; i < 4; ++i) scene.tick(1).nothing_else();
  CHECK(scene.alive == 5);
}

TEST_CASE("agent: a trainer that dies while it stops is reported, no other is started, the agent leaves") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}).nothing_else();
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();

  auto answer = scene.reaps(128 + SIGSEGV, SIGSEGV);

  const auto lost = answer.to_rank0<protocol::TrainerFailure>();
  answer.nothing_else();
  CHECK(lost.cause == task::FailureCause::crashed);
  CHECK(lost.in_hand == in_flight({"a"}));
  CHECK(lost.unstarted.empty());
  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a shutdown waits for what is in hand and for what is queued") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}).nothing_else();

  scene.receives(protocol::Shutdown{}).nothing_else();

  scene.tick().nothing_else();
  scene.hears_end_of("a").passed_on_end_of("a").trainer_gets("b").nothing_else();
  scene.tick().nothing_else();
  scene.hears_end_of("b").passed_on_end_of("b").nothing_else();
  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: a shutdown waits for what is queued even while nothing is in hand") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.on(TrainerSocketClosed{}).nothing_else();
  scene.receives_bundle({"b"}).nothing_else();
  scene.receives(protocol::Shutdown{}).nothing_else();

  scene.tick().nothing_else();

  auto answer = scene.reaps(0);
  CHECK(answer.to_rank0<protocol::TrainerFailure>().unstarted == ids({"b"}));
  answer.nothing_else();
  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent: without a stop or a shutdown it stays, whatever the time") {
  AgentScene scene;
  scene.receives_setup().nothing_else();

  scene.tick(1e6).nothing_else();
}
