// Records training steps and evaluation batches of one network shape, and replays them from tables.
#include "train/device/captured_training.hpp"

#include <c10/core/GradMode.h>

#include <algorithm>

#include "espalier/core/checks.hpp"
#include "espalier/model/dropout_mask.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/training.hpp"
#include "train/evaluate.hpp"
#include "train/losses.hpp"

namespace espalier::train {

std::string captured_shape(const Job& job) {
  task::TrainSpec spec = task::training(job.task);
  spec.images = {};
  spec.length = {};
  spec.init_seed = spec.order_seed = spec.mask_seed = spec.augment_seed = 0;
  spec.augment = {};
  spec.mean.clear();
  spec.std.clear();
  for (auto& unit : spec.units) unit = {{}, unit.trained, {}};
  frame::Writer key;
  key & spec & job.classes & job.task.form.cached_units;
  return key.take();
}

CapturedTraining::Evaluated::Evaluated(at::Device device) : device_batches(task::kEvaluationBatch, device) {}

CapturedTraining::CapturedTraining(const Job& job, model::UnitNetwork network, bool eager)
    : device_(network.device()),
      eager_(eager),
      network_(std::move(network)),
      optimiser_(network_, task::training(job.task)),
      cached_units_(job.task.form.cached_units),
      dropouts_(network_.dropouts()),
      masks_(*this),
      training_(task::training(job.task).batch, device_),
      score_(device_),
      evaluated_(device_) {}

DeviceBatches& CapturedTraining::evaluation(std::size_t number) {
  while (evaluations_.size() <= number) evaluations_.emplace_back(device_);
  return evaluations_[number].device_batches;
}

void CapturedTraining::take_over(model::UnitNetwork& other) {
  const c10::NoGradGuard no_grad;
  for (std::int32_t u = 1; u <= network_.depth(); ++u) {
    auto& own = network_.tensors(u);
    const auto& given = other.tensors(u);
    ESPALIER_EXPECT(own.size() == given.size());
    for (std::size_t i = 0; i < own.size(); ++i) own[i].value.copy_(given[i].value);
  }
  optimiser_.reset();
  score_.start({});
  evaluated_.start({});
}

at::Tensor CapturedTraining::Masks::draw(const model::DropoutLayer& layer, std::int64_t first_row, std::int64_t rows,
                                         std::int64_t row_elements, double probability) {
  const auto found = std::find(captured_.dropouts_.begin(), captured_.dropouts_.end(), layer);
  ESPALIER_EXPECT(found != captured_.dropouts_.end());
  return device::dropout_mask({captured_.seeds_, captured_.training_.index()}, found - captured_.dropouts_.begin(),
                              first_row, rows, row_elements, probability);
}

void CapturedTraining::make_room(std::int64_t steps) {
  if (rates_.defined() && rates_.size(0) >= steps) return;
  const auto on_device = [&](at::ScalarType type) { return at::TensorOptions(type).device(device_); };
  rates_ = at::zeros({steps, network_.depth()}, on_device(at::kFloat));
  numbers_ = at::zeros({steps, 1}, on_device(at::kFloat));
  seeds_ = at::zeros({steps, static_cast<std::int64_t>(dropouts_.size())}, on_device(at::kLong));
  steps_.clear();
}

void CapturedTraining::fill_steps(const task::TrainSpec& spec, const task::Timeline& timeline, std::int32_t epoch) {
  std::vector<float> rates, numbers;
  std::vector<std::int64_t> seeds;
  const std::int32_t steps = timeline.steps_per_epoch();
  for (task::Moment at{epoch, 0}; at.step < steps; ++at.step) {
    for (const auto& unit : spec.units) rates.push_back(task::rate_at(unit, timeline, at));
    numbers.push_back(static_cast<float>(timeline.index(at) + 1));
    const model::StepKey key{spec.mask_seed, at.epoch, at.step};
    for (const auto& [unit, layer] : dropouts_) {
      seeds.push_back(static_cast<std::int64_t>(model::mask_seed(key, unit, layer)));
    }
  }
  make_room(steps);
  rates_.slice(0, 0, steps).copy_(at::tensor(rates, at::kFloat).view({steps, -1}));
  numbers_.slice(0, 0, steps).copy_(at::tensor(numbers, at::kFloat).view({steps, 1}));
  if (!dropouts_.empty()) seeds_.slice(0, 0, steps).copy_(at::tensor(seeds, at::kLong).view({steps, -1}));
}

void CapturedTraining::step(std::int64_t count) {
  if (version_ != training_.version()) steps_.clear();
  version_ = training_.version();
  auto& step = steps_[count];
  if (!step) step = device::capture_graph(device_, [this, count] { train(count); }, eager_);
  step->run();
}

void CapturedTraining::train(std::int64_t count) {
  const at::Tensor inputs = training_.inputs(count), labels = training_.labels(count);
  model::StepKey key;
  key.masks = &masks_;
  const at::Tensor logits = network_.train_forward(inputs, key, cached_units_);
  const at::Tensor loss = mean_loss(logits, labels);
  score_.add_step(logits.detach(), labels, loss.detach(), training_.index());
  if (loss.requires_grad()) loss.backward();
  const auto& index = training_.index();
  optimiser_.step(rates_.index_select(0, index).squeeze(0), numbers_.index_select(0, index).squeeze(0).squeeze(0));
  training_.advance();
}

void CapturedTraining::start_evaluation(std::size_t number, std::int64_t batches) {
  Evaluated& set = evaluations_[number];
  set.device_batches.go_to(0);
  const bool several = set.device_batches.are_several();
  const bool fits = set.predicted.defined() && several == (set.predicted.dim() == 3);
  if (fits && set.predicted.size(0) >= batches) return;
  std::vector<std::int64_t> sizes{batches, set.device_batches.batch()};
  set.probability = at::zeros(sizes, at::TensorOptions(at::kFloat).device(device_));
  if (several) sizes.push_back(network_.classes());
  set.predicted = at::zeros(sizes, at::TensorOptions(several ? at::kFloat : at::kInt).device(device_));
  set.work.reset();
}

void CapturedTraining::evaluate(std::size_t number) {
  Evaluated& set = evaluations_[number];
  if (!set.work || set.version != set.device_batches.version()) {
    set.work = device::capture_graph(device_, [this, &set] { measure(set); }, eager_);
    set.version = set.device_batches.version();
  }
  set.work->run();
}

void CapturedTraining::measure(Evaluated& set) {
  const c10::NoGradGuard no_grad;
  const std::int64_t batch = set.device_batches.batch();
  const at::Tensor logits = network_.eval_forward(set.device_batches.inputs(batch), cached_units_);
  const bool several = set.device_batches.are_several();
  if (!several) evaluated_.add_counted(logits, set.device_batches.labels(batch), set.device_batches.counted());
  const at::Tensor seen = (several ? logits.to(at::kFloat) : logits.argmax(1).to(at::kInt)).unsqueeze(0);
  const at::Tensor is_due =
      at::arange(set.predicted.size(0), set.device_batches.index().options()).eq(set.device_batches.index());
  const at::Tensor rows = several ? is_due.view({-1, 1, 1}) : is_due.unsqueeze(1);
  set.predicted.copy_(at::where(rows, seen, set.predicted));
  if (!several) set.probability.copy_(at::where(rows, greatest_probability(logits).unsqueeze(0), set.probability));
  set.device_batches.advance();
}

CapturedTraining::Measured CapturedTraining::take_evaluation(std::size_t number) {
  const at::Tensor labels = evaluations_[number].predicted.cpu().contiguous();
  if (labels.dim() == 3) return {{}, {}, {}, labels.flatten(0, 1)};
  const auto* first = labels.const_data_ptr<std::int32_t>();
  const at::Tensor probability = evaluations_[number].probability.cpu().contiguous();
  const auto* share = probability.const_data_ptr<float>();
  return {evaluated_.take().score, {first, first + labels.numel()}, {share, share + probability.numel()}, {}};
}

}  // namespace espalier::train
