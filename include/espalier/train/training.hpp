#pragma once
// Runs the trainings of a bundle from first step or checkpoint to their ends, or measures a network that has ended. No
// sockets, no messages.
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "espalier/data/image_set.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/outcome.hpp"
#include "espalier/task/task.hpp"

namespace espalier::model {
class Reducer;
}

namespace espalier::train {

class DeviceContext;

/// An image set to measure on, with its images at hand.
struct MeasuredSet {
  metrics::Subset name = metrics::Subset::valid;
  ImageSetId id;                         ///< of the set; equal ids are equal images
  std::int32_t every = 1;                ///< epochs; the end is always measured; 0: only the end
  std::vector<metrics::Metric> metrics;  ///< empty: all that need no more than sums over batches
  std::shared_ptr<const data::ImageSet> images;
  std::int64_t every_steps = 0;  ///< besides, every so many steps from the start; 0: not
};

/// One task and what is needed to train it.
struct Job {
  task::Task task;
  network::NetworkSpec network;
  std::int32_t classes = 0;  ///< outputs of the network
  std::int32_t outputs = 0;  ///< that its images are told apart by: of a probe of features not those of the network
  std::optional<task::ProbeSpec> probe;  ///< of a probe; `task` holds its network as a training that takes no step
  std::shared_ptr<const data::ImageSet> images;  ///< trained on; of a probe: what it is fitted to, or a source's
  std::vector<MeasuredSet> evaluations;          ///< predictions are written for the first one named `test`
  std::filesystem::path artifact_dir;            ///< of sources and named checkpoints
  std::filesystem::path output_dir;              ///< of files written
  std::map<TaskId, ArtifactId> sources;          ///< finished networks of task.inputs
  ArtifactId resume;                             ///< a training checkpoint of this task; empty: from the start
  ArtifactId finished;                           ///< for measure(): the finished network of this very task
  double checkpoint_s = 60;
  bool smoke = false;        ///< one step, one batch of each evaluation, no predictions
  bool share_stages = true;  ///< false: takes all its steps alone
};

/// Asked between pieces of work; false ends it.
using GoOn = std::function<bool()>;

enum class ControlFlag : std::uint8_t { go_on, stop, cancel };

/// Indices into the bundle, from 0.
using Members = std::vector<std::size_t>;

/// Asked after every step and every evaluated batch.
class Control {
 public:
  virtual ~Control() = default;
  /// `members` are those that took the step.
  virtual ControlFlag after_step(const Members& members, task::Moment at) = 0;
  /// Whether this member alone must end.
  virtual bool is_cancelled(std::size_t) const { return false; }
};

struct Checkpoint {
  task::ArtifactKind kind = task::ArtifactKind::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
};

struct Outcome {
  task::End end = task::End::done;
  std::string text;       ///< of diverged and refused: what happened, where; of done: a remark on results
  double seconds = 0;     ///< of work in this attempt; its part of shared work
  task::Stopped stopped;  ///< of a job with a rule that is done
  /// Images trained in this attempt; shared ones count for one of the members that shared them.
  std::int64_t epoch_images = 0;
};

/// Receives the results of a bundle's members while they run.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void started(std::size_t member, task::Moment resumed_from) = 0;
  /// Called at least once a second for some member in work, unless single steps take longer.
  virtual void progress(std::size_t member, task::Moment at, std::int64_t epoch_images) = 0;
  virtual void rows(std::size_t member, const std::vector<metrics::Row>& rows) = 0;
  /// Called when the file is synced and in place.
  virtual void checkpoint(std::size_t member, const Checkpoint& checkpoint) = 0;
  /// Reports something that the user should know although the training goes on.
  virtual void remark(const std::string&) {}
  /// Called once for each member.
  virtual void ended(std::size_t member, const Outcome& outcome) = 0;
};

/// Runs a bundle in `context`, alone or as a member of `group` (then without batched jobs): every member is given the
/// same bundle and computes its part of each batch and evaluation; only rank 0 writes files. Throws model::GroupBroken.
/// Jobs of one family take shared steps once; jobs with cached units get their inputs from the context's features;
/// batched jobs train as replicas of one batched network. A resumed training gives the bits of an undisturbed one, and
/// a shared one those it gives alone in the same numeric form. On ControlFlag::stop states are saved first (not in a
/// smoke run). An impossible task (a source that is missing or of another shape, a precision that the device lacks)
/// ends as refused. Where a device's memory runs out, batched jobs are halved and begun again, with less kept there; a
/// job that does not fit even alone ends, after all others, in an error for which device::is_out_of_memory() holds.
/// Groups are not tried again.
void train(const std::vector<Job>& jobs, DeviceContext& context, Control& control, Sink& sink,
           model::Reducer* group = nullptr);

/// Measures `job.finished` in `context` on all of job.evaluations; nothing is trained. The sink is told what it would
/// be of the training's own last moment, to the bit: that it starts there, the rows, and predictions for a test set.
/// Ends as refused where the file does not fit the task, and as stopped or cancelled on that flag, then without rows.
void measure(const Job& job, DeviceContext& context, Control& control, Sink& sink);

}  // namespace espalier::train
