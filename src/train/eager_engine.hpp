#pragma once
// Engine for CPUs and for members of a group: the host makes each batch and looks at each loss.
#include "espalier/train/stepper.hpp"
#include "train/bundle/bundle_state.hpp"
#include "train/engine.hpp"

namespace espalier::train {

class EagerEngine : public Engine {
 public:
  EagerEngine(BundleState& bundle, const Job& job, const ImageSets& sets, const task::Timeline& timeline);

  model::UnitNetwork& network() override { return network_; }
  Optimiser& optimiser() override { return stepper_.optimiser(); }
  bool prepare(const GoOn& go_on) override;
  void start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) override;
  bool step() override;
  std::optional<NonFiniteLoss> settle(Score& running) override;
  Evaluation evaluate(SetNumber number, const EvaluationLimits& limits) override;

 private:
  BundleState& bundle_;
  const Job& job_;
  const ImageSets& sets_;
  model::UnitNetwork network_;
  std::unique_ptr<Inputs> inputs_;
  Stepper stepper_;
  std::vector<std::int32_t> order_;  ///< of the epoch's images
  task::Moment at_;
  Score score_;  ///< sums of the epoch so far
  std::optional<NonFiniteLoss> non_finite_;
};

}  // namespace espalier::train
