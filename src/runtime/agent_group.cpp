// The agent as a member of a group: carries messages between its trainer and the other members' agents.
#include "espalier/core/errors.hpp"
#include "runtime/agent_state.hpp"

namespace espalier::runtime {

/// Takes a peer's message. It may arrive before the bundle it belongs to, since rank 0 and the agents do not wait for
/// each other; it is kept until then.
void Agent::take_from_peer(process::RawFrame frame) {
  const bool announces = frame.is<protocol::PeerBuffer>();
  const auto group = announces ? frame.as<protocol::PeerBuffer>().buffer.group : frame.as<protocol::Part>().group;
  if (over_.contains(group)) return;
  if (!exchange_ || exchange_->id() != group) early_[group].push_back(std::move(frame));
  else if (announces) announce(frame.as<protocol::PeerBuffer>());
  else exchange_->take(frame.as<protocol::Part>());
}

/// Trainers on one host reduce through shared memory; peers elsewhere get an empty host key.
void Agent::announce(protocol::PeerBuffer peer) {
  if (peer.place != exchange_->place()) peer.place.clear();
  trainer_.socket().send_message(peer);
}

void Agent::take_from_group(const process::RawFrame& frame) {
  if (!exchange_) throw CorruptionError("a trainer without a group wants to reduce");
  if (frame.is<protocol::SharedBuffer>()) exchange_->add(frame.as<protocol::SharedBuffer>(), trainer_.process());
  else exchange_->reduce(frame.as<protocol::Reduce>());
}

/// Sends the messages that the group waits for, and tells the trainer which reductions are done.
void Agent::exchange() {
  if (!exchange_) return;
  for (const auto& letter : exchange_->take_letters()) {
    post_.send(letter.to.rank, std::visit([](const auto& what) { return frame::encode(what); }, letter.what));
  }
  for (const auto number : exchange_->take_done()) {
    trainer_.socket().send_message(protocol::Reduced{exchange_->id(), number});
  }
}

/// A member is lost, so the trainer would wait for ever: it is killed, which costs less than a way to interrupt it.
void Agent::disband(std::uint64_t group) {
  over_.insert(group);
  early_.erase(group);
  std::erase_if(queue_, [&](const Queued& one) { return one.group.id == group; });
  if (!in_hand_ || in_hand_->group.id != group) return;
  disbanded_ = true;
  trainer_.kill();
}

void Agent::end_group() {
  if (!in_hand_ || in_hand_->group.id == 0) return;
  exchange();  // sends the last sums
  over_.insert(in_hand_->group.id);
  exchange_.reset();
}

}  // namespace espalier::runtime
