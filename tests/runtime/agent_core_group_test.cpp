// The agent as a member of a group: messages that come too early or too late, and the group's end.
#include <csignal>

#include "runtime/agent_scene.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

protocol::PeerBuffer peer_buffer(std::uint64_t group, const std::string& host_key) {
  return {{group, 0, 5, 10, false}, 1, 77, host_key};
}

protocol::Part part(std::uint64_t group, std::int64_t number) { return {group, number, 1, false, "numbers"}; }

}  // namespace

TEST_CASE("agent group: the leader's answers go to rank 0, those of the others nowhere") {
  const std::int32_t rank = GENERATE(0, 1);
  AgentScene scene;
  scene.works_in_group(7, rank, {"a"});

  auto begun = scene.hears(protocol::Started{kFence, {"a"}, {}});
  if (rank == 0) begun.to_rank0<protocol::Started>();
  begun.nothing_else();
  auto ended = scene.hears_end_of("a");
  if (rank == 0) ended.passed_on_end_of("a");
  ended.next<LeaveGroup>();
  ended.nothing_else();

  scene.receives_bundle({"b"}).trainer_gets("b").nothing_else();
}

TEST_CASE("agent group: the group is left before the next bundle is handed over, so that its last sums still leave") {
  AgentScene scene;
  scene.works_in_group(7, 1, {"a"});
  scene.receives_bundle({"b"}, group_of(8, 1)).nothing_else();

  auto answer = scene.hears_end_of("a");

  answer.next<LeaveGroup>();
  CHECK(answer.next<JoinGroup>().group.id == 8);
  answer.trainer_gets("b").nothing_else();
}

TEST_CASE("agent group: buffers and requests of the trainer are carried, not passed on") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});

  auto shared = scene.hears(protocol::SharedBuffer{7, 2, 5, 10, false});
  CHECK(shared.next<ShareBuffer>().buffer.buffer == 2);
  shared.nothing_else();
  auto reduced = scene.hears(protocol::Reduce{7, 3, 2});
  CHECK(reduced.next<ReduceBuffer>().request.number == 3);
  reduced.nothing_else();
}

TEST_CASE("agent group: reductions are heartbeats") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.tick(kHang_s - 1).nothing_else();
  scene.hears(protocol::Reduce{7, 0, 0}).next<ReduceBuffer>();

  scene.tick(kHang_s - 1).nothing_else();
  scene.tick(2).trainer_is_killed().nothing_else();
}

TEST_CASE("agent group: memory that cannot be mapped ends the trainer") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.hears(protocol::SharedBuffer{7, 2, 5, 10, false}).next<ShareBuffer>();

  scene.on(MemoryRefused{"cannot map it"}).trainer_is_given_up("cannot map it").nothing_else();
}

TEST_CASE("agent group: a machine that maps no memory is at fault, unless the trainer had crashed by itself") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.on(MemoryRefused{"cannot map it"});
  const int signal = GENERATE(SIGKILL, SIGSEGV);

  auto answer = scene.reaps(128 + signal, signal);

  answer.next<LeaveGroup>();
  const auto lost = answer.to_rank0<protocol::TrainerFailure>();
  CHECK(lost.culprit == (signal == SIGKILL ? Culprit::machine : Culprit::unknown));
  if (signal == SIGKILL) CHECK(lost.log_tail == "cannot map it");
}

TEST_CASE("agent group: a payload of the trainer that is no request ends it") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});

  auto answer = scene.on(TrainerSpoke{damaged(protocol::MessageType::reduce)});

  answer.trainer_is_given_up("is not a message").nothing_else();
}

TEST_CASE("agent group: the goodbye names the group in which the trainer did its part, so that its leader can save") {
  AgentScene scene;
  scene.works_in_group(7, 1, {"a"});
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();

  scene.hears_end_of("a", task::End::stopped).next<LeaveGroup>();

  scene.tick().leaves(7).nothing_else();
}

TEST_CASE("agent group: a group whose bundle was lost or came too late is not called ended") {
  AgentScene scene;
  SECTION("lost") {
    scene.works_in_group(7, 1, {"a"});
    scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();
    scene.reaps(1).next<LeaveGroup>();
  }
  SECTION("too late") {
    scene.receives_setup().nothing_else();
    scene.receives(protocol::Stop{}).nothing_else();
    scene.receives_bundle({"a"}, group_of(7, 1)).nothing_else();
  }

  scene.tick().leaves().nothing_else();
}

TEST_CASE("agent group: a peer's host key is told to the trainer only if it is its own") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});

  auto near = scene.receives(peer_buffer(7, "here"));
  CHECK(near.to_trainer<protocol::PeerBuffer>().host_key == "here");
  near.nothing_else();
  auto far = scene.receives(peer_buffer(7, "elsewhere"));
  const auto told = far.to_trainer<protocol::PeerBuffer>();
  far.nothing_else();
  CHECK(told.host_key.empty());
  CHECK(told.buffer.descriptor == 5);
  CHECK(told.trainer == 77);
}

TEST_CASE("agent group: messages of members that come before the bundle are kept, in their order") {
  AgentScene scene;
  scene.receives_setup().nothing_else();
  scene.receives(peer_buffer(7, "elsewhere")).nothing_else();
  scene.receives(part(7, 0)).nothing_else();
  scene.receives(part(7, 1)).nothing_else();
  scene.receives(part(8, 2)).nothing_else();  // of another group

  auto answer = scene.receives_bundle({"a"}, group_of(7, 0));

  answer.trainer_starts().next<JoinGroup>();
  answer.trainer_gets("a");
  answer.to_trainer<protocol::PeerBuffer>();
  CHECK(answer.next<TakePart>().part.number == 0);
  CHECK(answer.next<TakePart>().part.number == 1);
  answer.nothing_else();
  auto later = scene.receives(part(7, 3));
  CHECK(later.next<TakePart>().part.number == 3);
  later.nothing_else();
}

TEST_CASE("agent group: messages for a bundle that is queued wait until it is handed over") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}, group_of(7, 0)).nothing_else();
  scene.receives(part(7, 0)).nothing_else();

  auto answer = scene.hears_end_of("a");

  answer.passed_on_end_of("a").next<JoinGroup>();
  answer.trainer_gets("b");
  CHECK(answer.next<TakePart>().part.number == 0);
  answer.nothing_else();
}

TEST_CASE("agent group: messages for a group that has ended are dropped") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.hears_end_of("a").passed_on_end_of("a").next<LeaveGroup>();

  scene.receives(part(7, 9)).nothing_else();
  scene.receives(peer_buffer(7, "here")).nothing_else();
  scene.receives_bundle({"a"}, group_of(7, 0)).nothing_else();

  scene.receives(protocol::Shutdown{}).nothing_else();
  scene.tick().leaves(7).nothing_else();
}

TEST_CASE("agent group: a lost trainer ends the group first, then it is reported") {
  AgentScene scene;
  scene.works_in_group(7, 1, {"a"});

  auto answer = scene.reaps(128 + SIGSEGV, SIGSEGV);

  answer.next<LeaveGroup>();
  const auto lost = answer.to_rank0<protocol::TrainerFailure>();  // of every member, not of the leader alone
  answer.nothing_else();
  CHECK(lost.cause == task::FailureCause::crashed);
  CHECK(lost.in_hand == in_flight({"a"}));
  scene.receives(part(7, 0)).nothing_else();
}

TEST_CASE("agent group: disbanded before its bundle came, the group's messages and its bundle are dropped") {
  AgentScene scene;
  scene.receives_setup().nothing_else();
  scene.receives(part(7, 0)).nothing_else();

  scene.receives(protocol::Disband{7}).nothing_else();

  scene.receives_bundle({"a"}, group_of(7, 0)).nothing_else();
  scene.receives(part(7, 1)).nothing_else();
  scene.receives(protocol::Shutdown{}).nothing_else();
  scene.tick().leaves().nothing_else();  // nothing waits
}

TEST_CASE("agent group: disbanded while queued, the bundle is dropped; the one in hand and the next are not touched") {
  AgentScene scene;
  scene.works_on({"a"});
  scene.receives_bundle({"b"}, group_of(7, 0)).nothing_else();
  scene.receives_bundle({"c"}).nothing_else();

  scene.receives(protocol::Disband{7}).nothing_else();

  scene.hears_end_of("a").passed_on_end_of("a").trainer_gets("c").nothing_else();
}

TEST_CASE("agent group: disbanded while in hand, the trainer is killed, nothing is reported, the queue goes on") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.receives_bundle({"b"}).nothing_else();

  scene.receives(protocol::Disband{7}).trainer_is_killed().nothing_else();
  scene.receives(protocol::Disband{7}).nothing_else();
  scene.receives(part(7, 0)).nothing_else();
  scene.tick(1).nothing_else();

  auto answer = scene.reaps(128 + SIGKILL, SIGKILL);
  answer.next<LeaveGroup>();
  answer.trainer_starts().trainer_gets("b").nothing_else();
}

TEST_CASE("agent group: a bundle that ends between disbanding and the trainer's end hands nothing to the dying") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.receives_bundle({"b"}).nothing_else();
  scene.receives(protocol::Disband{7}).trainer_is_killed().nothing_else();

  auto answer = scene.hears_end_of("a");
  answer.passed_on_end_of("a").next<LeaveGroup>();
  answer.nothing_else();
  scene.receives_bundle({"c"}).nothing_else();

  scene.reaps(128 + SIGKILL, SIGKILL).trainer_starts().trainer_gets("b").nothing_else();
}

TEST_CASE("agent group: after a disbanding the next loss is reported again") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.receives(protocol::Disband{7}).trainer_is_killed().nothing_else();
  scene.reaps(128 + SIGKILL, SIGKILL).next<LeaveGroup>();
  scene.receives_bundle({"b"}).trainer_starts().trainer_gets("b").nothing_else();

  auto answer = scene.reaps(1);

  CHECK(answer.to_rank0<protocol::TrainerFailure>().in_hand == in_flight({"b"}));
  answer.nothing_else();
}

TEST_CASE("agent group: disbanding another group does nothing to the one in hand") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});

  scene.receives(protocol::Disband{6}).nothing_else();

  auto answer = scene.hears_end_of("a");
  answer.passed_on_end_of("a").next<LeaveGroup>();
  answer.nothing_else();
}

TEST_CASE("agent group: a stop while the disbanded trainer dies is still answered with goodbye") {
  AgentScene scene;
  scene.works_in_group(7, 0, {"a"});
  scene.receives(protocol::Disband{7}).trainer_is_killed().nothing_else();
  scene.receives(protocol::Stop{}).to_trainer<protocol::Stop>();
  scene.receives(protocol::Stop{true}).nothing_else();  // it was killed already

  auto answer = scene.reaps(128 + SIGKILL, SIGKILL);

  answer.next<LeaveGroup>();
  answer.nothing_else();
  scene.tick().leaves().nothing_else();
}
