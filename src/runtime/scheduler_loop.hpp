#pragma once
// State and member functions of rank 0, implemented in scheduler_loop.cpp and planning.cpp.
#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "espalier/process/frame_socket.hpp"
#include "espalier/runtime/launch.hpp"
#include "espalier/sched/scheduler.hpp"
#include "runtime/artifact_store.hpp"
#include "runtime/journaled_state.hpp"
#include "runtime/pace.hpp"
#include "runtime/view_keeper.hpp"

namespace espalier::runtime {

/// Rank 0: turns messages into events, journals the facts, and only then sends the orders.
class SchedulerLoop {
 public:
  SchedulerLoop(int workers, const LaunchOptions& options, const Replan& replan);
  /// Runs until nothing is left to do, or until a stop. Returns the exit code, which is journaled.
  int run();
  /// Number of workers that have not said Goodbye.
  int missing() const { return workers_ - left_; }

 private:
  // scheduler_loop.cpp
  bool hear();
  void take(WorkerId worker, const process::RawFrame& frame);
  void greet(WorkerId worker);
  void tell(const sched::Event& event);
  void give_out(const sched::Order& order);
  void write(const sched::Fact& fact);
  void settle();
  void take_requests();
  void begin_stop();
  void tick();
  bool is_done() const;
  bool is_over();
  void send_away();
  int finish();
  int exit_code() const;
  // planning.cpp
  void check_form() const;
  void keep_forms(plan::Plan& plan) const;
  void plan_again();
  void write_plan(const plan::Plan& plan, const plan::Outcomes& outcomes);
  void write_runs(const plan::Plan& plan);
  void write_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes);
  void write_catalog(const plan::Plan& plan);
  bool is_too_late(const store::TaskState& known, const task::Task& wanted) const;
  bool records_more(const task::Task& task) const;
  std::vector<sched::AddedTask> new_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes);
  sched::History history_of(const task::Task& task, const plan::Outcomes& outcomes) const;
  void watch_pending(const plan::Plan& plan);
  bool selection_is_due() const;
  void judge_source(const TaskId& task);
  void warn(const std::string& text);

  template <class Message>
  void say(WorkerId worker, const Message& message) {
    outbox_[worker] += frame::encode(message);
  }

  const LaunchOptions& options_;
  const Replan& replan_;
  int workers_;
  JournaledState journal_;
  ArtifactStore artifacts_;
  ViewKeeper view_;
  sched::Scheduler scheduler_;
  mpi::Post post_;
  std::map<WorkerId, std::string> outbox_;
  std::vector<ArtifactId> arrived_;         ///< journaled in this round; moved once that is durable
  std::set<std::string> refused_requests_;  ///< that this version does not understand
  std::set<WorkerId> present_;
  int left_ = 0;  ///< workers that said Goodbye
  protocol::Setup setup_;
  std::unordered_set<TaskId> in_scope_;  ///< tasks of this launch
  std::unordered_set<TaskId> late_;      ///< to record more than this launch still can
  std::map<TaskId, SourceBar> bars_;
  std::vector<std::vector<TaskId>> pending_;  ///< for each selection that can be made next, the tasks it needs
  bool ended_since_plan_ = false;
  bool stopping_ = false, sent_away_ = false;
  double deadline_ = 0;  ///< of a stop, or of waiting for agents to leave
  double next_tick_ = 0;
  std::string give_up_;
};

}  // namespace espalier::runtime
