// Every way in which an agent can lose its trainer, and what rank 0 is told of it.
#include <csignal>

#include "runtime/agent_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

struct End {
  int code, signal;
  task::FailureCause cause;
  Culprit culprit = Culprit::unknown;
};

protocol::TrainerFailure only_loss(AgentAnswer answer) {
  auto lost = answer.to_rank0<protocol::TrainerFailure>();
  answer.nothing_else();
  return lost;
}

}  // namespace

TEST_CASE("agent loss: signals and exit codes have their causes; the next bundle gets a new trainer") {
  const auto end = GENERATE(End{128 + SIGSEGV, SIGSEGV, task::FailureCause::crashed},
                            End{128 + SIGABRT, SIGABRT, task::FailureCause::crashed},
                            End{128 + SIGKILL, SIGKILL, task::FailureCause::killed},
                            End{128 + SIGTERM, SIGTERM, task::FailureCause::killed},
                            End{3, 0, task::FailureCause::out_of_memory, Culprit::machine},
                            End{77, 0, task::FailureCause::environment, Culprit::machine},
                            End{128 + SIGXFSZ, SIGXFSZ, task::FailureCause::environment, Culprit::machine},
                            End{128 + SIGXCPU, SIGXCPU, task::FailureCause::environment, Culprit::machine},
                            End{1, 0, task::FailureCause::exited}, End{70, 0, task::FailureCause::exited},
                            End{0, 0, task::FailureCause::exited});
  AgentScene scene;
  scene.works_on({"a"});

  const auto lost = only_loss(scene.reaps(end.code, end.signal));

  CHECK(lost.worker == WorkerId{2});
  CHECK(lost.cause == end.cause);
  CHECK(lost.culprit == end.culprit);
  CHECK(lost.signal == end.signal);
  CHECK(lost.exit_code == end.code);
  CHECK(lost.log_tail == "its last line");
  CHECK(lost.in_hand == in_flight({"a"}));
  CHECK(lost.unstarted.empty());
  scene.tick(1000).nothing_else();
  scene.receives_bundle({"b"}).trainer_starts().trainer_gets("b").nothing_else();
}

TEST_CASE("agent loss: a trainer that the kernel killed for memory is the machine's loss") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.on(TrainerEnded{}).nothing_else();

  const auto lost = only_loss(scene.on(TrainerReaped{{128 + SIGKILL, SIGKILL}, "", true}));

  CHECK(lost.cause == task::FailureCause::out_of_memory);
  CHECK(lost.culprit == Culprit::machine);
  CHECK_THAT(task::describe(lost.cause, lost.signal, lost.exit_code, lost.log_tail), Catch::Contains("control group"));
}

TEST_CASE("agent loss: a damaged file is told to rank 0 before the loss, by every member of a group") {
  AgentScene scene;
  scene.works_in_group(7, 1, {"a"});

  CHECK(scene.hears(protocol::ArtifactDamaged{{"aa"}, "it is gone"}).to_rank0<protocol::ArtifactDamaged>().why ==
        "it is gone");
}

TEST_CASE("agent loss: what had ended is not charged, what was queued is given back uncharged") {
  AgentScene scene;
  scene.works_on({"a", "b", "c"});
  scene.receives_bundle({"d", "e"}).nothing_else();
  scene.receives_bundle({"f"}).nothing_else();
  scene.hears_end_of("b").passed_on_end_of("b").nothing_else();

  const auto lost = only_loss(scene.reaps(128 + SIGKILL, SIGKILL));

  CHECK(lost.in_hand == in_flight({"a", "c"}));
  CHECK(lost.unstarted == ids({"d", "e", "f"}));
}

TEST_CASE("agent loss: last words of a dead trainer count, and nothing is handed to it any more") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}).nothing_else();
  scene.on(TrainerEnded{}).nothing_else();

  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.on(TrainerSocketClosed{}).nothing_else();

  const auto lost = only_loss(scene.reaps_after_last_words(128 + SIGSEGV, SIGSEGV));
  CHECK(lost.in_hand.empty());
  CHECK(lost.unstarted == ids({"b"}));
}

TEST_CASE("agent loss: a trainer whose last words end all that was in hand is no loss") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.on(TrainerEnded{}).nothing_else();
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();

  scene.reaps_after_last_words(0).nothing_else();

  scene.receives_bundle({"b"}).trainer_starts().trainer_gets("b").nothing_else();
}

TEST_CASE("agent loss: a trainer that is silent for too long with work in hand is killed once and called hung") {
  AgentScene scene;
  scene.works_on({"a"});

  scene.tick(kHang_s).nothing_else();
  scene.tick(0.01).trainer_is_killed().nothing_else();
  scene.tick(kHang_s + 1).nothing_else();

  const auto lost = only_loss(scene.reaps(128 + SIGKILL, SIGKILL));
  CHECK(lost.cause == task::FailureCause::hung);
  CHECK(lost.signal == SIGKILL);
  CHECK(lost.in_hand == in_flight({"a"}));
}

TEST_CASE("agent loss: how long a trainer may be silent follows its longest step in the bundle, not in another") {
  AgentScene scene;
  scene.works_on({"a", "b"});
  scene.receives_bundle({"c"}).nothing_else();
  scene.hears(protocol::Started{kFence, {"a"}, {}}).to_rank0<protocol::Started>();
  scene.tick(kHang_s / 2).nothing_else();
  scene.hears(protocol::Progress{kFence, {"a"}, {0, 1}, 0}).to_rank0<protocol::Progress>();

  scene.tick(kSilenceFactor * kHang_s / 2).nothing_else();

  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.hears_end_of("b").passed_on_end_of("b").trainer_gets("c").nothing_else();
  scene.tick(kHang_s + 0.1).trainer_is_killed().nothing_else();
}

TEST_CASE("agent loss: time in which the agent was suspended, and its trainer with it, is no silence") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.tick(kHang_s - 5).nothing_else();

  scene.goes_on_after(1e5).nothing_else();
  scene.goes_on_after(1e5).nothing_else();
  scene.hears(protocol::Progress{kFence, {"a"}, {0, 1}, 0}).to_rank0<protocol::Progress>();
  scene.now += 1e5;
  scene.hears(protocol::Progress{kFence, {"a"}, {0, 2}, 0}).to_rank0<protocol::Progress>();

  scene.tick(kHang_s).nothing_else();  // nor was that a long step
  scene.tick(0.1).trainer_is_killed().nothing_else();
}

TEST_CASE("agent loss: a silent trainer that was stopped, or waited for a disk, is the machine's loss") {
  const char state = GENERATE('T', 'D', 'S');
  AgentScene scene;
  scene.works_on({"a"});
  scene.tick(kHang_s + 1).trainer_is_killed().nothing_else();
  scene.on(TrainerEnded{}).nothing_else();

  const auto lost = only_loss(scene.on(TrainerReaped{{128 + SIGKILL, SIGKILL}, "a line", false, state}));

  CHECK(lost.culprit == (state == 'S' ? Culprit::unknown : Culprit::machine));
  const auto said = task::describe(lost.cause, lost.signal, lost.exit_code, lost.log_tail);
  const std::string expected = state == 'T' ? "something had it stopped" : state == 'D' ? "waited for a disk" : "hung";
  CHECK_THAT(said, Catch::Contains(expected));
}

TEST_CASE("agent loss: that one trainer hung is not said of the next") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.tick(kHang_s + 1).trainer_is_killed().nothing_else();
  only_loss(scene.reaps(128 + SIGKILL, SIGKILL));
  scene.receives_bundle({"b"}).trainer_starts().trainer_gets("b").nothing_else();

  const auto lost = only_loss(scene.reaps(128 + SIGSEGV, SIGSEGV));
  CHECK(lost.cause == task::FailureCause::crashed);
  scene.receives_bundle({"c"}).trainer_starts().trainer_gets("c").nothing_else();
  scene.tick(kHang_s + 1).trainer_is_killed().nothing_else();
}

TEST_CASE("agent loss: every message is a heartbeat, and an idle trainer may be silent") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.tick(kHang_s - 1).nothing_else();
  scene.hears(protocol::Progress{kFence, {"a"}, {}, 0}).to_rank0<protocol::Progress>();

  scene.tick(kHang_s - 1).nothing_else();
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.tick(100 * kHang_s).nothing_else();

  scene.receives_bundle({"b"}).trainer_gets("b").nothing_else();  // its silence counts from here
  scene.tick(kHang_s).nothing_else();
  scene.tick(1).trainer_is_killed().nothing_else();
}

TEST_CASE("agent loss: a trainer that closes its socket and stays is killed after 5 s, not as hung") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.on(TrainerSocketClosed{}).nothing_else();

  scene.tick(kLeaveGrace_s).nothing_else();
  scene.tick(0.01).trainer_is_killed().nothing_else();
  scene.tick(kHang_s).nothing_else();

  const auto lost = only_loss(scene.reaps(128 + SIGKILL, SIGKILL));
  CHECK(lost.cause == task::FailureCause::killed);
  CHECK(lost.in_hand == in_flight({"a"}));
}

TEST_CASE("agent loss: what comes for a trainer that has closed its socket is given back uncharged") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.on(TrainerSocketClosed{}).nothing_else();

  scene.receives(protocol::CatalogUpdate{}).nothing_else();
  scene.receives(protocol::Cancel{kFence, {"a"}}).nothing_else();
  scene.receives_bundle({"b"}).nothing_else();

  const auto lost = only_loss(scene.reaps(77));
  CHECK(lost.cause == task::FailureCause::environment);
  CHECK(lost.in_hand.empty());
  CHECK(lost.unstarted == ids({"b"}));
  scene.receives_bundle({"c"}).trainer_starts(1).trainer_gets("c").nothing_else();
}

TEST_CASE("agent loss: a trainer that leaves between two bundles is no loss, the next bundle starts another") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.on(TrainerSocketClosed{}).nothing_else();

  scene.reaps(0).nothing_else();

  scene.tick(1000).nothing_else();
  scene.receives_bundle({"b"}).trainer_starts().trainer_gets("b").nothing_else();
}

TEST_CASE("agent loss: bytes that are no message end the trainer") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}).nothing_else();

  scene.on(TrainerGarbled{"bad magic"}).trainer_is_given_up("is not a message: bad magic").nothing_else();

  scene.on(TrainerSocketClosed{}).nothing_else();  // by the agent itself
  scene.tick(60).nothing_else();
  const auto lost = only_loss(scene.reaps(128 + SIGKILL, SIGKILL));
  CHECK(lost.cause == task::FailureCause::killed);
  CHECK(lost.in_hand == in_flight({"a"}));
  CHECK(lost.unstarted == ids({"b"}));
}

TEST_CASE("agent loss: what comes for a trainer that was given up is not handed to it, it is given back uncharged") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.hears_end_of("a").passed_on_end_of("a").nothing_else();
  scene.on(TrainerGarbled{"bad magic"}).trainer_is_given_up("bad magic").nothing_else();

  scene.receives_bundle({"b"}).nothing_else();

  const auto lost = only_loss(scene.reaps(128 + SIGKILL, SIGKILL));
  CHECK(lost.in_hand.empty());
  CHECK(lost.unstarted == ids({"b"}));
}

TEST_CASE("agent loss: a frame that does not hold the message it names ends the trainer") {
  AgentScene scene;
  scene.works_on({"a"});

  auto answer = scene.on(TrainerSpoke{damaged(protocol::MessageType::ended)});

  answer.next<TellRank0>();  // frames go on unread; rank 0 refuses it as well
  answer.trainer_is_given_up("is not a message").nothing_else();
}

TEST_CASE("agent loss: garbage among the last words is logged, kills nobody and is still a loss") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.on(TrainerEnded{}).nothing_else();

  auto answer = scene.on(TrainerGarbled{"bad magic"});
  answer.next<LogError>();
  answer.next<CloseTrainerSocket>();
  answer.nothing_else();

  CHECK(only_loss(scene.reaps_after_last_words(1)).cause == task::FailureCause::exited);
}

TEST_CASE("agent loss: a trainer that wants to reduce without a group is ended") {
  AgentScene scene;
  scene.works_on({"a"});

  SECTION("by announcing a buffer") {
    scene.hears(protocol::SharedBuffer{}).trainer_is_given_up("without a group").nothing_else();
  }
  SECTION("by a request to reduce") {
    scene.hears(protocol::Reduce{}).trainer_is_given_up("without a group").nothing_else();
  }
}
