#pragma once
// The scheduler as a pure state machine without clock, thread, file or MPI: an event goes in, commands come out.
#include <cstdint>
#include <memory>

#include "espalier/sched/events.hpp"

namespace espalier::sched {

struct Options {
  std::uint32_t segment = 0;       ///< of the journal: first half of every fence
  std::int32_t crash_budget = 3;   ///< charged crashes that quarantine a task
  std::int32_t worker_budget = 3;  ///< different tasks a worker may lose without a success in between
  double hang_s = 300;             ///< the agent kills a trainer that is silent for so long
  double agent_grace_s = 60;       ///< and an agent that is silent for so much longer is given up
  double window_s = 0.25;          ///< expected work queued at an agent beyond the task in hand
  std::int32_t window_tasks = 512;
  std::int32_t workers = 0;     ///< that are expected: shares are cut for them before they have said hello
  bool networks_wanted = true;  ///< a source must have kept its network (not so in no-op launches)
};

struct Counts {
  std::int64_t waiting = 0, ready = 0, in_hand = 0, done = 0, unsuccessful = 0;
};

class Scheduler {
 public:
  explicit Scheduler(const Options& options);
  ~Scheduler();
  Scheduler(Scheduler&&) noexcept;
  Scheduler& operator=(Scheduler&&) noexcept;

  /// `now` in seconds, never falling.
  Commands on(Event event, double now);

  /// No task is left that could still be worked on.
  bool all_ended() const;
  /// A stop was asked for and every worker has left.
  bool all_left() const;
  bool knows(const TaskId& task) const;
  /// Of a task that was added; waiting, ready, running or an end.
  plan::RunState state_of(const TaskId& task) const;
  Counts counts() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace espalier::sched
