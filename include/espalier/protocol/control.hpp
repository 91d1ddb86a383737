#pragma once
// What the scheduler asks for: scheduler -> agent -> trainer: Setup, CatalogUpdate, Bundle, Cancel, Stop, Shutdown; to
// the agent alone: Disband. One struct per message; kType is its frame type.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "espalier/core/ids.hpp"
#include "espalier/protocol/message_type.hpp"
#include "espalier/task/task.hpp"

namespace espalier::protocol {

/// First frame to every agent and trainer. Paths are absolute.
struct Setup {
  static constexpr MessageType kType = MessageType::setup;
  std::string artifact_dir;    ///< OUT/artifacts: "<digest>.safetensors"
  std::string unfinished_dir;  ///< where trainers put files that are not journaled yet; may be artifact_dir
  std::string log_dir;         ///< OUT/logs
  std::map<std::string, std::string> packs;  ///< data digest -> pack file
  std::int32_t threads = 1;
  double checkpoint_s = 60;
  bool noop = false;    ///< agents answer tasks themselves, to benchmark dispatch
  bool smoke = false;   ///< one step of every task, one batch of every evaluation
  std::string trainer;  ///< path of espalier-trainer
  double hang_s = 300;  ///< least silence after which an agent kills its trainer; long steps make it longer
  bool share_stages = true;
  std::int64_t feature_bytes = std::int64_t{1} << 30;  ///< memory of one trainer for outputs of frozen units
  std::string device = "auto";                         ///< auto, cpu or cuda
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(artifact_dir) & ESPALIER_FIELD(unfinished_dir) & ESPALIER_FIELD(log_dir) &
        ESPALIER_FIELD(packs) & ESPALIER_FIELD(threads) & ESPALIER_FIELD(checkpoint_s) & ESPALIER_FIELD(noop) &
        ESPALIER_FIELD(smoke) & ESPALIER_FIELD(trainer) & ESPALIER_FIELD(hang_s) & ESPALIER_FIELD(share_stages) &
        ESPALIER_FIELD(feature_bytes) & ESPALIER_FIELD(device);
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
struct TaskAssignment {
  Fence fence;
  task::Task task;
  std::map<TaskId, ArtifactId> sources;  ///< finished networks of task.inputs
  ArtifactId resume;                     ///< training checkpoint to resume from; empty: from the start
  ArtifactId finished;                   ///< its own finished network: it is measured, nothing is trained
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(fence) & ESPALIER_FIELD(task) & ESPALIER_FIELD(sources) & ESPALIER_FIELD(resume) &
        ESPALIER_FIELD(finished);
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
  std::vector<TaskAssignment> tasks;
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
  bool time_is_up = false;  ///< to the agent alone: a trainer that has not saved by now is killed
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive& ESPALIER_FIELD(time_is_up);
  }
};

/// Exit; nothing is in hand.
struct Shutdown {
  static constexpr MessageType kType = MessageType::shutdown;
  template <class Archive>
  void serialize(Archive&, unsigned) {}
};

}  // namespace espalier::protocol
