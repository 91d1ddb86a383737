// The agent as a member of a group: carries messages between its trainer and the other members' agents.
#include "espalier/core/errors.hpp"
#include "runtime/agent_state.hpp"

namespace espalier::runtime {

/// It may come before the bundle it belongs to: rank 0 and the other agents do not wait for each other.
void Agent::take_from_peer(process::RawFrame frame) {
  const bool announces = frame.is<sched::PeerBuffer>();
  const auto group = announces ? frame.as<sched::PeerBuffer>().buffer.group : frame.as<sched::Part>().group;
  if (over_.contains(group)) return;
  if (!exchange_ || exchange_->id() != group) early_[group].push_back(std::move(frame));
  else if (announces) announce(frame.as<sched::PeerBuffer>());
  else exchange_->take(frame.as<sched::Part>());
}

/// Trainers at one place add up among themselves; to them others are nowhere.
void Agent::announce(sched::PeerBuffer peer) {
  if (peer.place != exchange_->place()) peer.place.clear();
  trainer_.socket().send_message(peer);
}

void Agent::take_from_group(const process::RawFrame& frame) {
  if (!exchange_) throw CorruptionError("a trainer without a group wants to reduce");
  if (frame.is<sched::SharedBuffer>()) exchange_->add(frame.as<sched::SharedBuffer>(), trainer_.process());
  else exchange_->reduce(frame.as<sched::Reduce>());
}

/// Sends what the group is waiting for, and tells the trainer what is done.
void Agent::exchange() {
  if (!exchange_) return;
  for (const auto& letter : exchange_->take_letters()) {
    post_.send(letter.to.rank, std::visit([](const auto& what) { return frame::encode(what); }, letter.what));
  }
  for (const auto number : exchange_->take_done()) {
    trainer_.socket().send_message(sched::Reduced{exchange_->id(), number});
  }
}

/// A member is lost: the trainer waits for numbers that will not come. A new one costs less than a way out would.
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
  exchange();  // the last sums still leave
  over_.insert(in_hand_->group.id);
  exchange_.reset();
}

}  // namespace espalier::runtime
