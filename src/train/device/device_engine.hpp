#pragma once
// Engine for GPUs: the host fills an epoch's tables and starts steps; it reads losses once per epoch.
#include "espalier/device/device.hpp"
#include "train/bundle/bundle_state.hpp"
#include "train/device/captured_training.hpp"
#include "train/engine.hpp"

namespace espalier::train {

class DeviceEngine : public Engine {
 public:
  DeviceEngine(BundleState& bundle, const Job& job, const ImageSets& sets, const task::Timeline& timeline);
  /// Disconnects the captured training, which is kept for other jobs, from cached features, which it must not keep
  /// alive.
  ~DeviceEngine() override;

  model::UnitNetwork& network() override { return captured_->network(); }
  Optimiser& optimiser() override { return captured_->optimiser(); }
  bool prepare(const GoOn& go_on) override;
  void start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) override;
  bool step() override;
  std::optional<NonFiniteLoss> settle(Score& running) override;
  Evaluation evaluate(SetNumber number, const EvaluationLimits& limits) override;

 private:
  BatchSource source_of(SetNumber number);
  BatchRows training_rows(std::int32_t epoch) const;
  BatchRows evaluation_rows(SetNumber number) const;
  BatchRows labelled(SetNumber number, const std::vector<std::int64_t>& positions) const;
  std::vector<std::int64_t> positions_of(task::Moment at) const;

  BundleState& bundle_;
  const Job& job_;
  const ImageSets& sets_;
  task::Timeline timeline_;
  std::shared_ptr<CapturedTraining> captured_;
  std::unique_ptr<Inputs> inputs_;
  data::BatchMaker batches_;
  device::StreamThrottle throttle_;
  std::vector<std::int32_t> order_;
  task::Moment at_;
  std::vector<bool> filled_;  ///< whether the evaluation tables are filled, by image set
};

}  // namespace espalier::train
