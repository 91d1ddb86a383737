#pragma once
// One training from its first step, or from a checkpoint, to its end: no sockets, no messages.
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "espalier/data/subset.hpp"
#include "espalier/metrics/row.hpp"
#include "espalier/network/layer.hpp"
#include "espalier/task/task.hpp"

namespace espalier::train {

/// What is done, and with what.
struct Job {
  task::Task task;
  network::NetworkSpec network;
  std::int32_t classes = 0;
  std::shared_ptr<const data::TaskImages> images;
  std::filesystem::path artifact_dir;    ///< sources, named checkpoints and what is written
  std::map<TaskId, ArtifactId> sources;  ///< finished networks of task.needs
  ArtifactId resume;                     ///< a training checkpoint of this task; empty: from the start
  double checkpoint_s = 60;
  bool smoke = false;  ///< one step, one batch of each evaluation, no predictions
};

enum class Order : std::uint8_t { go_on, stop, cancel };

/// Asked after every step and every evaluated batch.
class Control {
 public:
  virtual ~Control() = default;
  virtual Order after_step(task::Moment at) = 0;
};

enum class Written : std::uint8_t { training, finished, predictions };

struct Checkpoint {
  Written kind = Written::training;
  task::Moment at;
  ArtifactId artifact;
  std::int64_t bytes = 0;
};

/// Receives what a training gives while it runs.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void started(task::Moment resumed_from) = 0;
  /// At least once a second, as far as single steps are shorter. `epoch_images`: trained in this attempt.
  virtual void progress(task::Moment at, std::int64_t epoch_images) = 0;
  virtual void rows(const std::vector<metrics::Row>& rows) = 0;
  /// The file is synced and in place.
  virtual void checkpoint(const Checkpoint& checkpoint) = 0;
};

enum class End : std::uint8_t { done, diverged, stopped, cancelled };

struct Outcome {
  End end = End::done;
  std::string text;  ///< of diverged: what, where
  double seconds = 0;
  std::int64_t epoch_images = 0;  ///< trained in this attempt
};

/// Runs the job. A resumed training gives bit for bit what the undisturbed one gives; on Order::stop the state is
/// saved first (not in a smoke run). Throws UsageError where the task itself cannot be: a source that is not given,
/// has no such tensor or another shape, a precision that this build has not.
Outcome train(const Job& job, Control& control, Sink& sink);

}  // namespace espalier::train
