#pragma once
// Merges the training values of a source or target: defaults, [train], its own, then the axes of a run.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "espalier/study/study.hpp"
#include "plan/class_pools.hpp"

namespace espalier::plan {

/// A training value that an experiment sets; the key lacks "train." or "source.".
using Override = std::pair<std::string, study::Value>;

class TrainSettings {
 public:
  explicit TrainSettings(const study::Study& study) : study_(study) {}

  /// The merged values; all optional ones are set except warn_below and loss. Throws CompileError where an override is
  /// invalid.
  const study::TrainValues& of(Role role, const std::string& name, const std::vector<Override>& overrides);

  /// Those of the network that tells a source from a target, of an experiment with one.
  const study::TrainValues& of_cnn(const study::Experiment& experiment);

 private:
  const study::Study& study_;
  std::map<std::string, study::TrainValues> made_;
};

/// The values that a source or target sets itself.
const study::TrainValues& own_values(const study::Study& study, Role role, const std::string& name);

/// Number of steps per epoch; the last, smaller batch counts.
std::int64_t steps_per_epoch(std::int64_t images, std::int64_t batch);
/// Number of steps of a duration; `whole` is the training's, of which percents are shares.
std::int64_t steps_of(const study::Duration& duration, std::int64_t per_epoch, std::int64_t whole = 0);
/// The moment of a training after `steps` steps.
task::Moment moment_of(std::int64_t steps, std::int64_t per_epoch);

}  // namespace espalier::plan
