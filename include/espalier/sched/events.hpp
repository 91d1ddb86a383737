#pragma once
// The events the scheduler is given, and the facts and dispatches it answers with.
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/progress.hpp"
#include "espalier/task/sharing.hpp"

namespace espalier::sched {

/// What the journal knows of a task from earlier launches.
struct History {
  task::RunState state = task::RunState::waiting;
  std::int32_t attempts = 0;
  std::int32_t charged = 0;        ///< crashes that count against its budget
  std::int32_t memory_losses = 0;  ///< trainers that memory did not suffice for with it in work
  ArtifactId resume;               ///< training checkpoint to resume from
  ArtifactId finished;             ///< its network, where it was kept
  task::Moment resume_at;          ///< the moment of `resume`
  bool measure = false;            ///< `finished` is to be measured on what the record asks for; nothing is trained
};

struct AddedTask {
  task::Task task;
  History history;
  task::Sharing sharing;  ///< which tasks it may be bundled with
};

/// New tasks, sources first. Of a task that is already known only its record is updated.
struct TasksAdded {
  std::vector<AddedTask> tasks;
};
/// A file that tasks need is of no use any more, as a worker has found. Who waits for it waits until it is made again.
struct ArtifactLost {
  ArtifactId artifact;
  WorkerId worker;
};
/// Tasks that had ended without being done, or that the machine could not do, are to be tried again.
struct TasksGivenBack {
  std::vector<TaskId> tasks;
};
/// Nobody wants these tasks any more; none that is left needs one of them.
struct TasksCancelled {
  std::vector<TaskId> tasks;
};
struct StopRequested {};
/// Sent now and then, so that the scheduler notices silent workers.
struct Tick {};

using Event = std::variant<protocol::Hello, TasksAdded, protocol::Started, protocol::Progress, protocol::Rows,
                           protocol::CheckpointMade, protocol::Ended, protocol::TrainerFailure, protocol::Alive,
                           protocol::Goodbye, ArtifactLost, TasksGivenBack, TasksCancelled, StopRequested, Tick>;

/// An attempt has begun to work; being queued at an agent does not count.
struct AttemptBegun {
  Fence fence;
  TaskId task;
  WorkerId worker;
  task::Moment resumed_from;
};

/// `state` is final, or `waiting` for a task that was stopped and will resume later.
struct TaskEnded {
  Fence fence;
  TaskId task;
  task::RunState state = task::RunState::done;
  std::string cause;
  double seconds = 0;
  std::int64_t epoch_images = 0;
  std::string device;
  bool diverged = false;  ///< failed because a loss was not finite
  task::Stopped stopped;  ///< of a training with a rule that is done
};

struct AttemptLost {
  protocol::TrainerFailure lost;
  bool charged = false;
};

/// Facts must be journaled, in order, before any dispatch of the same answer is sent.
using Fact = std::variant<AttemptBegun, protocol::Rows, protocol::CheckpointMade, TaskEnded, AttemptLost>;

struct Dispatch {
  WorkerId worker;          ///< the leader, if a group gets it
  protocol::Bundle bundle;  ///< the same for each member of a group
  double cost_s = 0;        ///< estimated, with shared work counted once
};

struct Commands {
  std::vector<Fact> facts;
  std::vector<Dispatch> dispatches;
  std::vector<WorkerId> stop;                                   ///< workers that must be told to stop
  std::vector<std::pair<WorkerId, protocol::Disband>> disband;  ///< members of groups that lost a member
  std::vector<std::pair<WorkerId, protocol::Cancel>> cancel;    ///< tasks in hand that nobody wants any more
  std::vector<std::string> warnings;                            ///< for the user
  std::string give_up;                                          ///< why no launch can go on; empty if one can
  std::string relaunch;                                         ///< why this launch cannot go on but another may
};

/// For example "trainer killed by signal 9" or "trainer left with exit code 3".
std::string describe(const protocol::TrainerFailure& failure);

}  // namespace espalier::sched
