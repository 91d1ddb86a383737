#pragma once
// Interface of one network in training: its steps and evaluations, on whichever device.
#include <memory>
#include <optional>

#include "espalier/model/unit_network.hpp"
#include "espalier/train/optimiser.hpp"
#include "train/evaluate.hpp"

namespace espalier::train {

class BundleState;

/// A loss that is not finite: the training is lost.
struct LostLoss {
  double loss = 0;
  task::Moment at;
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual model::UnitNetwork& network() = 0;
  virtual Optimiser& optimiser() = 0;

  /// Computes what has to be there before the first step. False if `go_on` ended it early.
  virtual bool prepare(const GoOn& go_on) = 0;
  /// Steps of epoch `at.epoch` from `at.step` on come next, at the rates of `spec`, which must outlive them; what the
  /// epoch's steps until then predicted is in `running`.
  virtual void start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) = 0;
  /// The next one. False where it is known already that the loss was not finite.
  virtual bool step() = 0;
  /// `running`: what the epoch's steps predicted, each before its update. What is known now of the first loss that was
  /// not finite; nothing was updated after it, or the network is of no use.
  virtual std::optional<LostLoss> settle(Score& running) = 0;
  virtual Evaluation evaluate(Part part, const EvaluationLimits& limits) = 0;
};

/// For `job`, by itself or as a member of the bundle's group. Throws UsageError where its task cannot be.
std::unique_ptr<Engine> make_engine(BundleState& bundle, const Job& job, const task::Timeline& timeline);

}  // namespace espalier::train
