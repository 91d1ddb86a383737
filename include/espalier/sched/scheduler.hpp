#pragma once
// The scheduler as a pure state machine without clock, thread, file or MPI: an event goes in, commands come out.
#include <cstdint>
#include <memory>

#include "espalier/core/culprit.hpp"
#include "espalier/sched/events.hpp"

namespace espalier::sched {

struct Options {
  std::uint32_t segment = 0;                     ///< of the journal: first half of every fence
  std::int32_t crash_budget = 3;                 ///< charged crashes that quarantine a task
  std::int32_t worker_budget = 3;                ///< different tasks that a worker may lose between two successes
  std::int32_t machine_budget = kMachineBudget;  ///< losses by the machine's fault, of a worker or a task
  double first_rest_s = 1;                       ///< after such a loss; doubled with each
  double hang_s = 300;                           ///< an agent kills its trainer after so long a silence
  double agent_grace_s = 60;                     ///< after so much longer a silent agent is given up
  double longest_tick_s = 2;  ///< a later tick counts as so much: this process was suspended, or busy
  double window_s = 0.25;     ///< expected work queued at an agent behind the task in hand
  std::int32_t window_tasks = 512;
  std::int32_t workers = 0;     ///< expected number, to size bundles before all have said Hello
  bool networks_wanted = true;  ///< sources must keep their networks (not in no-op launches)
};

struct TaskCounts {
  std::int64_t waiting = 0, ready = 0, in_hand = 0, done = 0, unsuccessful = 0;
};

class Scheduler {
 public:
  explicit Scheduler(const Options& options);
  ~Scheduler();
  Scheduler(Scheduler&&) noexcept;
  Scheduler& operator=(Scheduler&&) noexcept;

  /// Takes an event and returns commands. `now` is in seconds and must never decrease.
  Commands on(Event event, double now);

  /// Whether no task is left to work on.
  bool all_ended() const;
  /// Whether a stop was asked for and every worker has left.
  bool all_left() const;
  bool knows(const TaskId& task) const;
  /// The state of a task that was added: waiting, ready, running, or final.
  task::RunState state_of(const TaskId& task) const;
  TaskCounts counts() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace espalier::sched
