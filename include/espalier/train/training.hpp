#pragma once
// Runs the trainings of a bundle from first step or checkpoint to their ends. No sockets, no messages.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "espalier/data/subset.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/task.hpp"

namespace espalier::model {
class Reducer;
}

namespace espalier::train {

class Place;

/// One task and what it is done with.
struct Job {
  task::Task task;
  network::NetworkSpec network;
  std::int32_t classes = 0;
  std::shared_ptr<const data::TaskImages> images;
  std::filesystem::path artifact_dir;    ///< sources, named checkpoints and what is written
  std::map<TaskId, ArtifactId> sources;  ///< finished networks of task.needs
  ArtifactId resume;                     ///< a training checkpoint of this task; empty: from the start
  double checkpoint_s = 60;
  bool smoke = false;        ///< one step, one batch of each evaluation, no predictions
  bool share_stages = true;  ///< false: takes all its steps by itself
};

enum class Order : std::uint8_t { go_on, stop, cancel };

/// Places in the bundle, counted from 0.
using Members = std::vector<std::size_t>;

/// Asked after every step and every evaluated batch.
class Control {
 public:
  virtual ~Control() = default;
  /// `members`: those that took the step.
  virtual Order after_step(const Members& members, task::Moment at) = 0;
  /// Whether this one alone is to end.
  virtual bool is_cancelled(std::size_t) const { return false; }
};

enum class Written : std::uint8_t { training, finished, predictions };

struct Checkpoint {
  Written kind = Written::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
};

enum class End : std::uint8_t { done, diverged, refused, stopped, cancelled };

struct Outcome {
  End end = End::done;
  std::string text;    ///< of diverged and refused: what, where
  double seconds = 0;  ///< of work in this attempt; of what was shared, its part
  /// Trained in this attempt; what was shared is counted for one of those who shared it.
  std::int64_t epoch_images = 0;
};

/// Receives what the members of a bundle give while they run.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void started(std::size_t member, task::Moment resumed_from) = 0;
  /// At least once a second for some member in work, as far as single steps are shorter.
  virtual void progress(std::size_t member, task::Moment at, std::int64_t epoch_images) = 0;
  virtual void rows(std::size_t member, const std::vector<metrics::Row>& rows) = 0;
  /// The file is synced and in place.
  virtual void checkpoint(std::size_t member, const Checkpoint& checkpoint) = 0;
  /// What whoever runs this should know, though it goes on.
  virtual void remark(const std::string&) {}
  /// Once for each member.
  virtual void ended(std::size_t member, const Outcome& outcome) = 0;
};

/// Runs a bundle at `place`, alone or as a member of `group` (then without fused jobs): every member is given the same
/// bundle; it computes its part of each batch and evaluation, and only rank 0 writes files. Throws model::GroupBroken.
/// Jobs of one family take the steps they share once; those with cached units get their inputs from the place's
/// features; fused ones train as lanes of one batched network. A resumed training gives bit for bit what the
/// undisturbed one gives, a shared one what it gives alone in the same numeric form. On Order::stop states are saved
/// first (not in a smoke run). A task that cannot be (a source that is not given, has no such tensor or another shape,
/// a precision that this build has not) ends as refused.
/// Where a device's memory runs out, fused jobs are halved and begun again, with less kept there; what does not fit
/// even alone ends, after all others, in an error for which device::is_out_of_memory() holds. Groups are not tried
/// again.
void train(const std::vector<Job>& jobs, Place& place, Control& control, Sink& sink, model::Reducer* group = nullptr);

}  // namespace espalier::train
