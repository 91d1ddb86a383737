// What the agent does about messages of rank 0 and of other members of its group.
#include "runtime/agent_core.hpp"

#include "espalier/core/errors.hpp"

namespace espalier::runtime {

using process::RawFrame;

AgentCommands AgentCore::on(AgentEvent event, double now) {
  now_ = now;
  std::visit([this](auto& one) { take(std::move(one)); }, event);
  return std::exchange(commands_, {});
}

void AgentCore::take(AgentStarted) { say(sched::Hello{identity_.worker, identity_.host, identity_.process}); }

void AgentCore::take(MessageReceived&& event) {
  RawFrame& frame = event.frame;
  switch (static_cast<sched::MessageType>(frame.type)) {
    case sched::MessageType::setup: setup_ = frame.as<sched::Setup>(); [[fallthrough]];
    case sched::MessageType::catalog_update: return greet(std::move(frame));
    case sched::MessageType::bundle: return take_bundle(std::move(frame));
    case sched::MessageType::cancel: return tell_trainer(frame.bytes);
    case sched::MessageType::stop: return begin_stop(frame);
    case sched::MessageType::shutdown: leaving_ = true; return;
    case sched::MessageType::disband: return disband(frame.as<sched::Disband>().group);
    case sched::MessageType::peer_buffer:
    case sched::MessageType::part: return take_from_peer(std::move(frame));
    default: throw CorruptionError("an agent was sent a frame of type " + std::to_string(frame.type));
  }
}

void AgentCore::greet(RawFrame&& frame) {
  tell_trainer(frame.bytes);
  greeting_.push_back(std::move(frame.bytes));
}

void AgentCore::take_bundle(RawFrame&& frame) {
  const auto bundle = frame.as<sched::Bundle>();
  if (stopping_) return;  // on its way when the stop was answered: rank 0 takes it back with our goodbye
  if (setup_.noop) return answer_at_once(bundle);
  if (over_.contains(bundle.group.id)) return;
  Queued queued{{}, std::move(frame.bytes), bundle.group};
  for (const auto& one : bundle.tasks) queued.tasks.push_back({one.task.id, one.fence});
  queue_.push_back(std::move(queued));
  hand_next();
}

void AgentCore::answer_at_once(const sched::Bundle& bundle) {
  for (const auto& one : bundle.tasks) {
    say(sched::Started{one.fence, one.task.id});
    say(sched::Ended{one.fence, one.task.id, sched::EndKind::done, "", 0, 0, "no-op"});
  }
}

/// What was not begun is not reported: rank 0 takes it back with our goodbye.
void AgentCore::begin_stop(const RawFrame& frame) {
  stopping_ = true;
  stop_deadline_ = now_ + kStopGrace_s;
  queue_.clear();
  if (in_hand_) tell_trainer(frame.bytes);
}

/// It may come before the bundle it belongs to: rank 0 and the other agents do not wait for each other.
void AgentCore::take_from_peer(RawFrame&& frame) {
  const bool announces = frame.is<sched::PeerBuffer>();
  const auto group = announces ? frame.as<sched::PeerBuffer>().buffer.group : frame.as<sched::Part>().group;
  if (over_.contains(group)) return;
  if (!in_group() || in_hand_->group.id != group) {
    early_[group].push_back(std::move(frame));
    return;
  }
  if (!announces) {
    commands_.emplace_back(TakePart{frame.as<sched::Part>()});
    return;
  }
  auto peer = frame.as<sched::PeerBuffer>();
  if (peer.place != identity_.place) peer.place.clear();  // trainers can map only what is at their own place
  tell_trainer(frame::encode(peer));
}

/// A member is lost: the trainer waits for numbers that will not come. A new one costs less than a way out would.
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
