// The agent's loop and its dealings with rank 0: takes bundles and orders, queues them, leaves in order.
#include "espalier/runtime/agent.hpp"

#include <sched.h>
#include <unistd.h>

#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "runtime/agent_state.hpp"

namespace espalier::runtime {

using process::RawFrame;

namespace {

constexpr double kStopGrace_s = 8;  ///< from Stop until a trainer that has not ended is killed

}  // namespace

void Agent::run() {
  say(protocol::Hello{worker_, os::host_name(), getpid()});
  Pace pace;
  while (!may_leave()) {
    const bool told = hear();
    const bool heard = listen();
    watch();
    exchange();
    post_outbox();
    if (exchange_ && exchange_->in_flight()) sched_yield();  // messages of a reduction move only while we poll
    else if (told || heard) pace.busy();
    else pace.nap(trainer_.socket().descriptor());
  }
  leave();
}

bool Agent::hear() {
  bool any = false;
  while (auto parcel = post_.receive()) {
    any = true;
    std::size_t at = 0;
    while (auto frame = process::next_frame(parcel->bytes, at)) take(std::move(*frame));
    if (at != parcel->bytes.size()) throw CorruptionError("a parcel of rank 0 ends in half a frame");
  }
  return any;
}

void Agent::take(RawFrame frame) {
  switch (static_cast<protocol::MessageType>(frame.type)) {
    case protocol::MessageType::setup: setup_ = frame.as<protocol::Setup>(); [[fallthrough]];
    case protocol::MessageType::catalog_update:
      greeting_.push_back(frame.bytes);
      trainer_.socket().send(frame.bytes);
      return;
    case protocol::MessageType::bundle: return take_bundle(std::move(frame));
    case protocol::MessageType::cancel: return trainer_.socket().send(frame.bytes);
    case protocol::MessageType::stop: return begin_stop(std::move(frame));
    case protocol::MessageType::shutdown: leaving_ = true; return;
    case protocol::MessageType::disband: return disband(frame.as<protocol::Disband>().group);
    case protocol::MessageType::peer_buffer:
    case protocol::MessageType::part: return take_from_peer(std::move(frame));
    default: throw CorruptionError("an agent was sent a frame of type " + std::to_string(frame.type));
  }
}

void Agent::take_bundle(RawFrame frame) {
  const auto bundle = frame.as<protocol::Bundle>();
  if (stopping_) return;  // it crossed our answer to Stop; rank 0 takes it back with Goodbye
  if (setup_.noop) return answer_at_once(bundle);
  if (over_.contains(bundle.group.id)) return;
  Queued queued{{}, std::move(frame.bytes), bundle.group};
  for (const auto& one : bundle.tasks) queued.tasks.push_back({one.task.id, one.fence});
  queue_.push_back(std::move(queued));
  hand_next();
}

void Agent::answer_at_once(const protocol::Bundle& bundle) {
  for (const auto& one : bundle.tasks) {
    say(protocol::Started{one.fence, one.task.id});
    say(protocol::Ended{one.fence, one.task.id, task::End::done, "", 0, 0, "no-op"});
  }
}

void Agent::begin_stop(RawFrame frame) {
  stopping_ = true;
  stop_deadline_ = now_s() + kStopGrace_s;
  queue_.clear();
  if (in_hand_) trainer_.socket().send(frame.bytes);
}

bool Agent::may_leave() const { return (leaving_ || stopping_) && !in_hand_ && queue_.empty(); }

/// Ends the trainer and says Goodbye; rank 0 then takes back the bundles that were never begun.
void Agent::leave() {
  trainer_.socket().close();
  trainer_ = {};
  say(protocol::Goodbye{worker_});
  post_outbox();
  Pace pace;
  while (!post_.advance()) pace.nap();
}

void Agent::post_outbox() {
  post_.send(0, std::exchange(outbox_, {}));
  post_.advance();
}

void run_agent(mpi::Session& session) {
  Agent(WorkerId{session.rank()}).run();
  session.finish();
}

}  // namespace espalier::runtime
