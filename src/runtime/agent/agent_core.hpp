#pragma once
// The agent as a pure state machine: no clock, MPI, process or file. Told an event, it answers with commands.
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "runtime/agent/agent_events.hpp"

namespace espalier::runtime {

inline constexpr double kLeaveGrace_s = 5;     ///< from closing its socket until a trainer that has not ended is killed
inline constexpr double kAliveEvery_s = 10;    ///< how often rank 0 hears of an agent whose trainer is silent
inline constexpr double kStoppingEvery_s = 1;  ///< the same after a stop
inline constexpr double kSilenceFactor = 10;   ///< a trainer may be silent for so many times its longest silence
inline constexpr double kLongestRound_s = 2;   ///< between two events; more was spent suspended, and so did its trainer

struct AgentIdentity {
  WorkerId worker;
  std::string host;
  std::int64_t process = 0;
  std::string host_key;  ///< this_host_key()
  int slot = 0;          ///< among the agents of its host: which of its GPUs is meant
};

/// The trainer has one bundle at a time; the others wait here, where they outlive it.
class AgentCore {
 public:
  explicit AgentCore(AgentIdentity identity) : identity_(std::move(identity)) {}

  /// `now` in seconds, never falling; a round of the loop takes milliseconds. Throws CorruptionError for a
  /// MessageReceived that no agent may be sent; what a trainer sends never throws, it ends the trainer.
  AgentCommands on(AgentEvent event, double now);

 private:
  struct Queued {
    std::vector<protocol::InFlightTask> tasks;  ///< that have not ended
    std::string frame;                          ///< as it came, to be passed on
    protocol::Group group;
  };
  enum class Trainer { none, listening, socket_closed, ended };

  // From rank 0 and from other members of a group (agent_core.cpp).
  void take(AgentStarted event);
  void take(MessageReceived&& event);
  void greet(process::RawFrame&& frame);
  void take_bundle(process::RawFrame&& frame);
  void answer_at_once(const protocol::Bundle& bundle);
  void begin_stop(const process::RawFrame& frame);
  void take_from_peer(process::RawFrame&& frame);
  void disband(std::uint64_t group);
  bool in_group() const { return in_hand_ && in_hand_->group.id != 0; }
  void end_group();

  // About the trainer (agent_core_trainer.cpp).
  void take(TrainerSpoke&& event);
  void take(TrainerGarbled&& event);
  void take(MemoryRefused&& event);
  void take(TrainerSocketClosed event);
  void take(TrainerEnded event);
  void take(TrainerReaped&& event);
  void take(AgentTick event);
  void hand_next();
  void start_trainer();
  void pass_on(const process::RawFrame& frame);
  void reduce(const process::RawFrame& frame);
  void give_up_trainer(std::string why);
  void watch_silence();
  void note_silence();
  void tell_alive();
  void report_loss(TrainerReaped&& reaped);
  void kill_trainer();
  void tell_trainer(const std::string& frames);
  bool trainer_runs() const { return trainer_ == Trainer::listening || trainer_ == Trainer::socket_closed; }
  bool may_leave() const { return (leaving_ || stopping_) && !in_hand_ && queue_.empty(); }

  template <class Message>
  void say(const Message& message) {
    commands_.emplace_back(TellRank0{frame::encode(message)});
  }

  AgentIdentity identity_;
  AgentCommands commands_;         ///< of the event being taken
  double now_ = 0;                 ///< seconds in which this process ran, by its events
  std::optional<double> told_at_;  ///< when the last event came, by the loop's clock

  protocol::Setup setup_;
  std::vector<std::string> greeting_;  ///< setup and catalogs, for every new trainer
  std::deque<Queued> queue_;
  std::optional<Queued> in_hand_;
  std::map<std::uint64_t, std::vector<process::RawFrame>> early_;  ///< of groups whose bundle has not come yet
  std::set<std::uint64_t> over_;                                   ///< groups that are no more

  Trainer trainer_ = Trainer::none;
  double heard_ = 0;        ///< when the trainer last spoke or was given something
  bool spoke_ = false;      ///< it has said something of the bundle in hand
  double longest_s_ = 0;    ///< its longest silence within that bundle: a step, an evaluated batch or a save
  double closed_ = 0;       ///< when its socket was seen closed
  bool killed_ = false;     ///< it was killed once, which is enough
  bool hung_ = false;       ///< it was killed for silence
  std::string refused_;     ///< why it was killed: this machine would not map the memory that it shares
  bool disbanded_ = false;  ///< it was killed because its group is no more

  bool stopping_ = false;
  double alive_told_ = 0;          ///< when rank 0 last heard from this agent
  std::uint64_t ended_group_ = 0;  ///< the last group in which the trainer did its part
  bool leaving_ = false;           ///< rank 0 has said shutdown
  bool left_ = false;
};

}  // namespace espalier::runtime
