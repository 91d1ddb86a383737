#pragma once
// Rank 0: turns messages into events, journals the facts, and only then sends the commands.
#include <map>
#include <string>

#include "espalier/process/frame_socket.hpp"
#include "espalier/runtime/launch.hpp"
#include "espalier/sched/scheduler.hpp"
#include "runtime/rank0/artifact_references.hpp"
#include "runtime/rank0/departure.hpp"
#include "runtime/rank0/loop_world.hpp"
#include "runtime/rank0/replanning.hpp"
#include "runtime/rank0/request_inbox.hpp"
#include "runtime/rank0/view_keeper.hpp"

namespace espalier::runtime {

class SchedulerLoop {
 public:
  /// Begins a journal segment. All references must outlive this.
  SchedulerLoop(int workers, const LaunchOptions& options, const Replan& replan, LoopWorld& world);
  /// Runs until nothing is left to do, or until a stop. Returns the exit code, which is journaled.
  int run();
  /// Number of workers that have not said Goodbye.
  /// Tells the agents to leave, as far as they can be reached, where run() has thrown.
  void dismiss() noexcept;
  int missing() const { return departure_.missing(); }

  // The parts of run(), for tests:
  void begin();
  /// One round: receives, ticks, commits, sends. Returns whether a message was received.
  bool turn();
  /// Sends the agents away once nothing is left to do. True once they have left, or had their time.
  bool is_over();
  void release_unchosen();
  int finish();

 private:
  bool hear();
  void take(WorkerId worker, const process::RawFrame& frame);
  void greet(WorkerId worker);
  void tell(const sched::Event& event);
  void write(const sched::Fact& fact);
  void give_out(const sched::Dispatch& dispatch);
  void plan_again();
  void tick();
  void begin_stop();
  void end_stop();
  void look_into(WorkerId worker, const protocol::ArtifactDamaged& damage);
  void give_up(const ArtifactId& artifact, const std::string& why);
  void give_up_folders();
  void obey(const store::Request& request);
  void give_back(const store::Request& request);
  void cancel(const store::Request& request);
  void stop_for_fails();
  void settle();
  void settle_files();
  void send_all();
  bool has_too_many_fails() const { return options_.max_fails > 0 && fails_ >= options_.max_fails; }
  SchedulerView scheduler_view() const { return {scheduler_.all_ended(), !give_up_.empty(), stopped_for_fails_}; }

  template <class Message>
  void say(WorkerId worker, const Message& message) {
    outbox_[worker] += frame::encode(message);
  }

  const LaunchOptions& options_;
  LoopWorld& world_;
  JournaledState journal_;
  ArtifactStore artifacts_;
  ArtifactReferences references_;
  ViewKeeper view_;
  sched::Scheduler scheduler_;
  Replanning replanning_;
  RequestInbox requests_;
  Departure departure_;
  protocol::Setup setup_;                   ///< of the worker that was greeted last
  WorkerId speaker_;                        ///< whose message is being taken
  std::map<WorkerId, std::string> outbox_;  ///< leaves once everything before it is durable
  double next_tick_ = 0;
  std::string give_up_;             ///< why no launch can go on
  std::int64_t fails_ = 0;          ///< tasks that failed or were quarantined in this launch
  bool stopped_for_fails_ = false;  ///< there were too many of them
  bool end_stop_told_ = false;      ///< agents were told that the time for a stop is up
  bool files_lost_ = false;         ///< named checkpoints may have to be copied again
  bool replan_wanted_ = false;      ///< by a request
};

}  // namespace espalier::runtime
