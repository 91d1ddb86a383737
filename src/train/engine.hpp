#pragma once
// Interface of one network in training: its steps and evaluations, on whichever device.
#include <memory>
#include <optional>
#include <vector>

#include "espalier/model/unit_network.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/optimiser.hpp"
#include "train/evaluate.hpp"

namespace espalier::train {

class BundleState;

/// A loss that is not finite, after which the training has diverged.
struct NonFiniteLoss {
  double loss = 0;
  task::Moment at;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual model::UnitNetwork& network() = 0;
  virtual Optimiser& optimiser() = 0;

  /// Computes what must exist before the first step (features). Returns false if `go_on` ended it early.
  virtual bool prepare(const GoOn& go_on) = 0;
  /// Announces the steps of epoch `at.epoch` from `at.step` on, at the rates of `spec`, which must outlive them.
  /// `running` holds the sums of the epoch's steps before that.
  virtual void start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) = 0;
  /// Takes the next step. Returns false where its loss is already known not to be finite.
  virtual bool step() = 0;
  /// Sets `running` to the sums over the epoch's steps, each measured before its update. Returns the first loss that
  /// was not finite, if one is known; the weights are undefined after that step.
  virtual std::optional<NonFiniteLoss> settle(Score& running) = 0;
  virtual Evaluation evaluate(SetNumber number, const EvaluationLimits& limits) = 0;
};

/// Makes the engine of `job`, alone or as a member of the bundle's group. `job` and `sets` must outlive it. Throws
/// UsageError where the task is impossible.
std::unique_ptr<Engine> make_engine(BundleState& bundle, const Job& job, const ImageSets& sets,
                                    const task::Timeline& timeline);

/// Positions in the job's training images, in the order in which the epoch shows them: by the order seed and the epoch.
std::vector<std::int32_t> order_of_epoch(const Job& job, std::int32_t epoch);

}  // namespace espalier::train
