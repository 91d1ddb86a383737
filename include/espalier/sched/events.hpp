#pragma once
// The events the scheduler is given, and the facts and orders it answers with.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/sched/messages.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::sched {

/// What the journal knows of a task from earlier launches.
struct History {
  plan::RunState state = plan::RunState::waiting;
  std::int32_t attempts = 0;
  std::int32_t charged = 0;  ///< crashes that count against its budget
  ArtifactId resume;         ///< training checkpoint to go on from
  ArtifactId finished;       ///< its network, where it was kept
  task::Moment resume_at;    ///< where `resume` stands
};

struct AddedTask {
  task::Task task;
  History history;
  task::Sharing sharing;  ///< what it may be bundled with
};

/// Sources before what needs them; of tasks that are known already only what they record is news.
struct TasksAdded {
  std::vector<AddedTask> tasks;
};
struct StopRequested {};
/// Time has passed: from time to time, so that silence is noticed.
struct Tick {};

using Event = std::variant<Hello, TasksAdded, Started, Progress, Rows, CheckpointMade, Ended, TrainerLost, Goodbye,
                           StopRequested, Tick>;

/// An attempt has begun to work (not: was queued at an agent).
struct AttemptBegun {
  Fence fence;
  TaskId task;
  WorkerId worker;
  task::Moment resumed_from;
};

/// `state` is final, or `waiting`: stopped, to go on later.
struct TaskEnded {
  Fence fence;
  TaskId task;
  plan::RunState state = plan::RunState::done;
  std::string cause;
  double seconds = 0;
  std::int64_t epoch_images = 0;
  std::string device;
};

struct AttemptLost {
  TrainerLost lost;
  bool charged = false;
};

/// To be journaled, in order, before any order of the same answer is sent.
using Fact = std::variant<AttemptBegun, Rows, CheckpointMade, TaskEnded, AttemptLost>;

struct Order {
  WorkerId worker;    ///< of a group: the one that leads
  Bundle bundle;      ///< with a group: for each of its members
  double cost_s = 0;  ///< estimated, what its tasks share counted once
};

struct Commands {
  std::vector<Fact> facts;
  std::vector<Order> orders;
  std::vector<WorkerId> stop;                         ///< workers to be told to stop
  std::vector<std::pair<WorkerId, Disband>> disband;  ///< members of groups that have lost another
  std::vector<std::string> warnings;                  ///< for the user
  std::string give_up;                                ///< why no launch can go on as things are; empty: it can
  std::string relaunch;                               ///< why this launch cannot go on, but another may
};

/// "trainer killed by signal 9", "trainer left with exit code 3".
std::string describe(const TrainerLost& lost);

}  // namespace espalier::sched
