#pragma once
// State and member functions of an agent, implemented in agent.cpp, agent_group.cpp and agent_trainer.cpp.
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "espalier/mpi/session.hpp"
#include "espalier/process/child.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/group.hpp"
#include "espalier/protocol/progress.hpp"
#include "runtime/group_exchange.hpp"
#include "runtime/pace.hpp"

namespace espalier::runtime {

/// One agent. Its trainer has one bundle at a time; further bundles wait here, where they survive the trainer's death.
class Agent {
 public:
  explicit Agent(WorkerId worker) : worker_(worker) {}
  void run();

 private:
  struct Queued {
    std::vector<protocol::Held> tasks;  ///< those that have not ended
    std::string frame;                  ///< as received, to be passed on
    protocol::Group group;
  };

  bool hear();
  void take(process::RawFrame frame);
  void take_bundle(process::RawFrame frame);
  void begin_stop(process::RawFrame frame);
  void answer_at_once(const protocol::Bundle& bundle);

  void take_from_peer(process::RawFrame frame);
  void announce(protocol::PeerBuffer peer);
  void take_from_group(const process::RawFrame& frame);
  void disband(std::uint64_t group);
  void end_group();
  void exchange();
  bool leads() const { return !in_hand_ || in_hand_->group.leads(); }

  void start_trainer();
  void hand_next();
  bool listen();
  void pass_on(const process::RawFrame& frame);
  void watch();
  void watch_silence();
  void watch_stop();
  void report_loss(const process::Exit& exit);
  task::FailureCause cause_of(const process::Exit& exit) const;

  bool may_leave() const;
  void leave();
  template <class Message>
  void say(const Message& message) {
    outbox_ += frame::encode(message);
  }
  void post_outbox();

  WorkerId worker_;
  mpi::Post post_;
  std::string outbox_;
  protocol::Setup setup_;
  std::vector<std::string> greeting_;  ///< setup and catalogs, sent to every new trainer
  process::Child trainer_;
  std::deque<Queued> queue_;
  std::optional<Queued> in_hand_;
  std::optional<GroupExchange> exchange_;                          ///< of the bundle in hand, if a group trains it
  std::map<std::uint64_t, std::vector<process::RawFrame>> early_;  ///< messages of groups whose bundle has not come yet
  std::set<std::uint64_t> over_;                                   ///< groups that have ended
  bool disbanded_ = false;  ///< the trainer was killed because its group lost a member
  double heard_ = 0;        ///< when the trainer last spoke or was given work
  double closed_ = 0;       ///< when its socket was first seen closed
  bool burying_ = false;    ///< the trainer has ended; its last messages are read
  bool hung_ = false;       ///< we killed it because it was silent
  bool stopping_ = false;
  double stop_deadline_ = 0;
  bool leaving_ = false;
};

}  // namespace espalier::runtime
