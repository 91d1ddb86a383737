#pragma once
// What becomes of the work: trainer -> agent -> scheduler: Started, Progress, Rows, CheckpointMade, Ended,
// ArtifactDamaged; agent -> scheduler: Hello, TrainerFailure, Alive, Goodbye.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/core/culprit.hpp"
#include "espalier/core/ids.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/protocol/message_type.hpp"
#include "espalier/task/outcome.hpp"
#include "espalier/task/task.hpp"

namespace espalier::protocol {

struct Started {
  static constexpr MessageType kType = MessageType::started;
  Fence fence;
  TaskId task;
  task::Moment resumed_from;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(resumed_from);
  }
};

/// The heartbeat, sent from the training loop at least every second.
struct Progress {
  static constexpr MessageType kType = MessageType::progress;
  Fence fence;
  TaskId task;
  task::Moment at;
  std::int64_t epoch_images = 0;  ///< trained so far in this attempt
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(at) & ESPALIER_FIELD(epoch_images);
  }
};

struct Rows {
  static constexpr MessageType kType = MessageType::rows;
  Fence fence;
  TaskId task;
  std::vector<metrics::Row> rows;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(rows);
  }
};

/// A checkpoint file that is already synced and renamed into place.
struct CheckpointMade {
  static constexpr MessageType kType = MessageType::checkpoint_made;
  Fence fence;
  TaskId task;
  task::ArtifactKind kind = task::ArtifactKind::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(kind) & ESPALIER_FIELD(at) &
        ESPALIER_FIELD(artifact) & ESPALIER_FIELD(bytes);
  }
};

struct Ended {
  static constexpr MessageType kType = MessageType::ended;
  Fence fence;
  TaskId task;
  task::End kind = task::End::done;
  std::string text;    ///< of diverged and refused: what happened and where; of done: a remark on its results
  double seconds = 0;  ///< of work in this attempt
  std::int64_t epoch_images = 0;
  std::string device;     ///< provenance: "cpu: <model>, 1 thread, libtorch 2.13.0"
  task::Stopped stopped;  ///< of a training with a rule that is done
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(kind) & ESPALIER_FIELD(text) &
        ESPALIER_FIELD(seconds) & ESPALIER_FIELD(epoch_images) & ESPALIER_FIELD(device) & ESPALIER_FIELD(stopped);
  }
};

/// A network or training checkpoint that a task needs is gone, holds other bytes, or is of no use to the task. The
/// trainer ends after this message; its tasks are not charged.
struct ArtifactDamaged {
  static constexpr MessageType kType = MessageType::artifact_damaged;
  ArtifactId artifact;
  std::string why;
  bool is_whole = false;  ///< its bytes are those of its name, and yet no task can use them
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(artifact) & ESPALIER_FIELD(why) & ESPALIER_FIELD(is_whole);
  }
};

struct Hello {
  static constexpr MessageType kType = MessageType::hello;
  WorkerId worker;
  std::string host;
  std::int64_t process = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker) & ESPALIER_FIELD(host) & ESPALIER_FIELD(process);
  }
};

/// A task of the bundle that was worked on, with the fence of its dispatch.
struct InFlightTask {
  TaskId task;
  Fence fence;
  bool operator==(const InFlightTask&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(task) & ESPALIER_FIELD(fence);
  }
};

/// The agent's trainer has ended and was reaped.
struct TrainerFailure {
  static constexpr MessageType kType = MessageType::trainer_failure;
  WorkerId worker;
  task::FailureCause cause = task::FailureCause::crashed;
  std::int32_t signal = 0, exit_code = 0;
  std::string log_tail;
  std::vector<InFlightTask> in_hand;  ///< of its bundle, tasks not ended; in a journaled fact: only those begun
  std::vector<TaskId> unstarted;      ///< queued at the agent, given back uncharged
  Culprit culprit = Culprit::unknown;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker) & ESPALIER_FIELD(cause) & ESPALIER_FIELD(signal) & ESPALIER_FIELD(exit_code) &
        ESPALIER_FIELD(log_tail) & ESPALIER_FIELD(in_hand) & ESPALIER_FIELD(unstarted) & ESPALIER_FIELD(culprit);
  }
};

/// The agent is well while it waits for a trainer that says nothing, as in a long step or while it saves.
struct Alive {
  static constexpr MessageType kType = MessageType::alive;
  WorkerId worker;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker);
  }
};

/// The agent has nothing in hand and exits (the answer to Stop or Shutdown).
struct Goodbye {
  static constexpr MessageType kType = MessageType::goodbye;
  WorkerId worker;
  /// The last group in which its trainer did its whole part; 0: none. The leader may still be saving.
  std::uint64_t ended_group = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker) & ESPALIER_FIELD(ended_group);
  }
};

}  // namespace espalier::protocol
