// What the agent does about messages of rank 0 and of other members of its group.
#include "runtime/agent/agent_core.hpp"

#include <algorithm>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::runtime {

using process::RawFrame;

AgentCommands AgentCore::on(AgentEvent event, double now) {
  now_ += std::min(now - told_at_.value_or(now), kLongestRound_s);
  told_at_ = now;
  std::visit([this](auto& one) { take(std::move(one)); }, event);
  return std::exchange(commands_, {});
}

void AgentCore::take(AgentStarted) { say(protocol::Hello{identity_.worker, identity_.host, identity_.process}); }

void AgentCore::take(MessageReceived&& event) {
  RawFrame& frame = event.frame;
  switch (static_cast<protocol::MessageType>(frame.type)) {
    case protocol::MessageType::setup: setup_ = frame.as<protocol::Setup>(); [[fallthrough]];
    case protocol::MessageType::catalog_update: return greet(std::move(frame));
    case protocol::MessageType::bundle: return take_bundle(std::move(frame));
    case protocol::MessageType::cancel: return tell_trainer(frame.bytes);
    case protocol::MessageType::stop: return begin_stop(frame);
    case protocol::MessageType::shutdown: leaving_ = true; return;
    case protocol::MessageType::disband: return disband(frame.as<protocol::Disband>().group);
    case protocol::MessageType::peer_buffer:
    case protocol::MessageType::part: return take_from_peer(std::move(frame));
    default: throw CorruptionError("an agent was sent a frame of type " + std::to_string(frame.type));
  }
}

void AgentCore::greet(RawFrame&& frame) {
  tell_trainer(frame.bytes);
  greeting_.push_back(std::move(frame.bytes));
}

void AgentCore::take_bundle(RawFrame&& frame) {
  const auto bundle = frame.as<protocol::Bundle>();
  if (stopping_) return;  // on its way when the stop was answered: rank 0 takes it back with our goodbye
  if (setup_.noop) return answer_at_once(bundle);
  if (over_.contains(bundle.group.id)) return;
  Queued queued{{}, std::move(frame.bytes), bundle.group};
  for (const auto& one : bundle.tasks) queued.tasks.push_back({one.task.id, one.fence});
  queue_.push_back(std::move(queued));
  hand_next();
}

void AgentCore::answer_at_once(const protocol::Bundle& bundle) {
  for (const auto& one : bundle.tasks) {
    say(protocol::Started{one.fence, one.task.id});
    say(protocol::Ended{one.fence, one.task.id, task::End::done, "", 0, 0, "no-op"});
  }
}

/// What was not begun is not reported: rank 0 takes it back with our goodbye. A trainer stops between two steps and
/// then saves, which may take long; how long it has rank 0 knows, and says when that is over.
void AgentCore::begin_stop(const RawFrame& frame) {
  const bool is_first = !std::exchange(stopping_, true);
  queue_.clear();
  if (!in_hand_) return;
  if (frame.as<protocol::Stop>().time_is_up) return kill_trainer();
  if (is_first) tell_trainer(frame.bytes);
}

/// It may come before the bundle it belongs to: rank 0 and the other agents do not wait for each other.
void AgentCore::take_from_peer(RawFrame&& frame) {
  const bool announces = frame.is<protocol::PeerBuffer>();
  const auto group = announces ? frame.as<protocol::PeerBuffer>().buffer.group : frame.as<protocol::Part>().group;
  if (over_.contains(group)) return;
  if (!in_group() || in_hand_->group.id != group) {
    early_[group].push_back(std::move(frame));
    return;
  }
  if (!announces) {
    commands_.emplace_back(TakePart{frame.as<protocol::Part>()});
    return;
  }
  auto peer = frame.as<protocol::PeerBuffer>();
  if (peer.host_key != identity_.host_key) peer.host_key.clear();  // trainers can map only what is on their own host
  tell_trainer(frame::encode(peer));
}

/// A member is lost, and the trainer waits for its sums, which will not come: it is killed, since a new one costs less
/// than a way to abort a reduction.
void AgentCore::disband(std::uint64_t group) {
  over_.insert(group);
  early_.erase(group);
  std::erase_if(queue_, [&](const Queued& one) { return one.group.id == group; });
  if (!in_hand_ || in_hand_->group.id != group) return;
  disbanded_ = true;
  kill_trainer();
}

/// Call before the bundle leaves the hand.
void AgentCore::end_group() {
  if (!in_group()) return;
  commands_.emplace_back(LeaveGroup{});
  over_.insert(in_hand_->group.id);
}

}  // namespace espalier::runtime
