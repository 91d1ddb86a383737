#pragma once
// The messages between scheduler, agents and trainers: one struct per message, whose kType is its frame type.
// scheduler -> agent -> trainer: Setup, CatalogUpdate, Bundle, Cancel, Stop, Shutdown; to the agent: Disband.
// Within a group: trainer -> agent SharedBuffer, Reduce; agent -> agent PeerBuffer, Part; agent -> trainer Reduced.
// trainer -> agent -> scheduler: Started, Progress, Rows, CheckpointMade, Ended. agent -> scheduler: Hello,
// TrainerLost.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/task/task.hpp"

namespace espalier::sched {

enum class MessageType : std::uint16_t {
  setup = 1,
  catalog_update,
  bundle,
  cancel,
  stop,
  shutdown,
  started = 32,
  progress,
  rows,
  checkpoint_made,
  ended,
  hello = 64,
  trainer_lost,
  goodbye,
  disband = 96,  // groups
  shared_buffer,
  reduce,
  reduced,
  peer_buffer,
  part,
};

/// Exit code of a trainer that ran out of memory.
inline constexpr int kOutOfMemoryExit = 3;
/// Exit code of a trainer whose machine could not do the work (no disk left, images gone). No task is charged for it.
inline constexpr int kEnvironmentExit = 77;

/// First frame to every agent and trainer. Paths are absolute.
struct Setup {
  static constexpr MessageType kType = MessageType::setup;
  std::string artifact_dir;                  ///< OUT/artifacts: "<digest>.safetensors"
  std::string log_dir;                       ///< OUT/logs
  std::map<std::string, std::string> packs;  ///< data digest -> pack file
  std::int32_t threads = 1;
  double checkpoint_s = 60;
  bool noop = false;    ///< agents answer tasks themselves, to benchmark dispatch
  bool smoke = false;   ///< one step of every task, one batch of every evaluation
  std::string trainer;  ///< path of espalier-trainer
  double hang_s = 300;  ///< an agent kills its trainer after so long a silence
  bool share_stages = true;
  std::int64_t feature_bytes = std::int64_t{1} << 30;  ///< memory of one trainer for outputs of frozen units
  std::string device = "auto";                         ///< auto, cpu or cuda
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(artifact_dir) & ESPALIER_FIELD(log_dir) & ESPALIER_FIELD(packs) & ESPALIER_FIELD(threads) &
        ESPALIER_FIELD(checkpoint_s) & ESPALIER_FIELD(noop) & ESPALIER_FIELD(smoke) & ESPALIER_FIELD(trainer) &
        ESPALIER_FIELD(hang_s) & ESPALIER_FIELD(share_stages) & ESPALIER_FIELD(feature_bytes) & ESPALIER_FIELD(device);
  }
};

struct CatalogUpdate {
  static constexpr MessageType kType = MessageType::catalog_update;
  task::Catalog catalog;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(catalog);
  }
};

/// One task of a bundle. Artifacts lie in Setup::artifact_dir.
struct Assign {
  Fence fence;
  task::Task task;
  std::map<TaskId, ArtifactId> sources;  ///< finished networks of task.needs
  ArtifactId resume;                     ///< training checkpoint to resume from; empty: from the start
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(sources) & ESPALIER_FIELD(resume);
  }
};

/// The workers that train one bundle together, each on a part of every batch. The first one leads: it alone answers.
struct Group {
  std::uint64_t id = 0;  ///< 0: no group; never used twice in a launch
  std::vector<WorkerId> members;
  std::int32_t rank = 0;  ///< the receiver's index among them
  bool leads() const { return rank == 0; }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(id) & ESPALIER_FIELD(members) & ESPALIER_FIELD(rank);
  }
};

/// What one trainer works on at once: tasks that share stages, features or a batched network, or a single task.
struct Bundle {
  static constexpr MessageType kType = MessageType::bundle;
  std::vector<Assign> tasks;
  Group group;  ///< each member gets the same bundle
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(tasks) & ESPALIER_FIELD(group);
  }
};

/// The group has lost a member: the agent kills its trainer if that works for the group, and reports nothing.
struct Disband {
  static constexpr MessageType kType = MessageType::disband;
  std::uint64_t group = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group);
  }
};

/// Trainer to its agent: a buffer in shared memory, given by its descriptor in the trainer. The numbers begin after
/// kHeaderBytes, which trainers on one host use to synchronise.
struct SharedBuffer {
  static constexpr MessageType kType = MessageType::shared_buffer;
  static constexpr std::size_t kHeaderBytes = 64;
  std::uint64_t group = 0;
  std::int32_t buffer = 0;  ///< its number, from 0
  std::int32_t descriptor = -1;
  std::int64_t count = 0;
  bool doubles = false;  ///< float64; else float32
  std::size_t bytes() const {
    return kHeaderBytes + static_cast<std::size_t>(count) * (doubles ? sizeof(double) : sizeof(float));
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(buffer) & ESPALIER_FIELD(descriptor) & ESPALIER_FIELD(count) &
        ESPALIER_FIELD(doubles);
  }
};

/// Trainer to its agent: reduce this buffer over the group. `number` counts the group's reductions, equally on all
/// members.
struct Reduce {
  static constexpr MessageType kType = MessageType::reduce;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  std::int32_t buffer = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number) & ESPALIER_FIELD(buffer);
  }
};

/// Agent to its trainer: the buffer of that reduction holds the sums.
struct Reduced {
  static constexpr MessageType kType = MessageType::reduced;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number);
  }
};

/// Agent to agent, and on to the trainer: where a member's buffer is. A trainer may map buffers of members with the
/// same host key (`place`: one kernel, one process name space); for others its agent empties the key.
struct PeerBuffer {
  static constexpr MessageType kType = MessageType::peer_buffer;
  SharedBuffer buffer;
  std::int32_t rank = 0;     ///< of the sender in the group
  std::int64_t trainer = 0;  ///< its process
  std::string place;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(buffer) & ESPALIER_FIELD(rank) & ESPALIER_FIELD(trainer) & ESPALIER_FIELD(place);
  }
};

/// Agent to agent: the sender's numbers of the receiver's range of a buffer, to be summed; or the sums of the sender's
/// range.
struct Part {
  static constexpr MessageType kType = MessageType::part;
  std::uint64_t group = 0;
  std::int64_t number = 0;
  std::int32_t rank = 0;  ///< of the sender in the group
  bool summed = false;
  std::string bytes;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(group) & ESPALIER_FIELD(number) & ESPALIER_FIELD(rank) & ESPALIER_FIELD(summed) &
        ESPALIER_FIELD(bytes);
  }
};

struct Cancel {
  static constexpr MessageType kType = MessageType::cancel;
  Fence fence;
  TaskId task;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task);
  }
};

/// Save at the next step, answer every task in hand with Ended{stopped}, and take no more bundles.
struct Stop {
  static constexpr MessageType kType = MessageType::stop;
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

/// Exit; nothing is in hand.
struct Shutdown {
  static constexpr MessageType kType = MessageType::shutdown;
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

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

enum class CheckpointKind : std::uint8_t { training, finished, predictions };

/// A checkpoint file that is already synced and renamed into place.
struct CheckpointMade {
  static constexpr MessageType kType = MessageType::checkpoint_made;
  Fence fence;
  TaskId task;
  CheckpointKind kind = CheckpointKind::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(kind) & ESPALIER_FIELD(at) &
        ESPALIER_FIELD(artifact) & ESPALIER_FIELD(bytes);
  }
};

enum class EndKind : std::uint8_t { done, diverged, refused, stopped, cancelled };

struct Ended {
  static constexpr MessageType kType = MessageType::ended;
  Fence fence;
  TaskId task;
  EndKind kind = EndKind::done;
  std::string text;    ///< of diverged and refused: what happened and where
  double seconds = 0;  ///< of work in this attempt
  std::int64_t epoch_images = 0;
  std::string device;  ///< provenance: "cpu: <model>, 1 thread, libtorch 2.13.0"
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(kind) & ESPALIER_FIELD(text) &
        ESPALIER_FIELD(seconds) & ESPALIER_FIELD(epoch_images) & ESPALIER_FIELD(device);
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

enum class LossCause : std::uint8_t { crashed, killed, hung, out_of_memory, exited, environment };

/// A task of the bundle that was worked on, with the fence of its order.
struct Held {
  TaskId task;
  Fence fence;
  bool operator==(const Held&) const = default;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(task) & ESPALIER_FIELD(fence);
  }
};

/// The agent's trainer has ended and was reaped.
struct TrainerLost {
  static constexpr MessageType kType = MessageType::trainer_lost;
  WorkerId worker;
  LossCause cause = LossCause::crashed;
  std::int32_t signal = 0, exit_code = 0;
  std::string log_tail;
  std::vector<Held> in_hand;      ///< of its bundle, tasks not ended; in a journaled fact: only those begun
  std::vector<TaskId> unstarted;  ///< queued at the agent, given back uncharged
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker) & ESPALIER_FIELD(cause) & ESPALIER_FIELD(signal) & ESPALIER_FIELD(exit_code) &
        ESPALIER_FIELD(log_tail) & ESPALIER_FIELD(in_hand) & ESPALIER_FIELD(unstarted);
  }
};

/// The agent has nothing in hand and exits (the answer to Stop or Shutdown).
struct Goodbye {
  static constexpr MessageType kType = MessageType::goodbye;
  WorkerId worker;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(worker);
  }
};

}  // namespace espalier::sched
