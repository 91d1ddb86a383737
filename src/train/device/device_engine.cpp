// Fills tables of images, windows, labels and rates for a captured training, and runs its recorded steps and
// evaluations.
#include "train/device/device_engine.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/task/timeline.hpp"
#include "train/losses.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

namespace {

/// Returns a captured training of the job's shape that holds the job's network.
std::shared_ptr<CapturedTraining> captured_for(const Job& job, DeviceContext& context) {
  model::UnitNetwork network = prepare_on_host(job, context.device());
  bool made = false;
  const auto captured = context.captured(captured_shape(job), [&] {
    made = true;
    network.to(context.device());
    return std::make_shared<CapturedTraining>(job, network);
  });
  if (!made) captured->take_over(network);
  return captured;
}

network::Shape shape_of(const at::Tensor& images) {
  const auto side = [&](int i) { return static_cast<std::int32_t>(images.size(i)); };
  return {side(1), side(2), side(3)};
}

}  // namespace

DeviceEngine::DeviceEngine(BundleState& bundle, const Job& job, const ImageSets& sets, const task::Timeline& timeline)
    : bundle_(bundle),
      job_(job),
      sets_(sets),
      timeline_(timeline),
      captured_(captured_for(job, bundle.device_context())),
      inputs_(make_inputs(job, sets, bundle.device_context().features(), captured_->network())),
      batches_(task::training(job.task)),
      throttle_(bundle.device_context().device()),
      filled_(sets.size()) {}

DeviceEngine::~DeviceEngine() {
  if (job_.task.form.cached_units == 0) return;
  captured_->training().connect({});
  for (SetNumber number = 0; number < sets_.size(); ++number) captured_->evaluation(number).connect({});
}

bool DeviceEngine::prepare(const GoOn& go_on) {
  if (!inputs_->prepare(go_on)) return false;
  captured_->training().connect(source_of(kTrainingImages));
  for (SetNumber number = 0; number < sets_.size(); ++number) captured_->evaluation(number).connect(source_of(number));
  return true;
}

/// The images or features of an image set, as far as they are on the device.
BatchSource DeviceEngine::source_of(SetNumber number) {
  BatchSource source;
  if (const auto* features = inputs_->cached_features()) {
    source.features = features->kept(number);
    if (source.features) source.table = source.features->table();
    return source;
  }
  const auto& images = sets_.of(number).images;
  if (number == kTrainingImages && !batches_.only_windows()) return source;
  if (!images.defined() || sets_.of(number).size() == 0) return source;
  const at::Tensor pixels = bundle_.device_context().pixels(images);
  if (!pixels.defined()) return source;
  const auto device = bundle_.device_context().device();
  source.images = device::Images{pixels, batches_.scale().to(device, at::kFloat, false, /*copy=*/true),
                                 batches_.offset().to(device, at::kFloat, false, /*copy=*/true)};
  source.input = task::training(job_.task).input;
  return source;
}

std::vector<std::int64_t> DeviceEngine::positions_of(task::Moment at) const {
  const auto batch = static_cast<std::size_t>(task::training(job_.task).batch);
  const std::size_t first = static_cast<std::size_t>(at.step) * batch, last = std::min(first + batch, order_.size());
  return {order_.begin() + static_cast<std::ptrdiff_t>(first), order_.begin() + static_cast<std::ptrdiff_t>(last)};
}

BatchRows DeviceEngine::labelled(SetNumber number, const std::vector<std::int64_t>& positions) const {
  const at::Tensor labels = labels_at(sets_.of(number), positions);
  if (data::are_several(labels)) return {{}, {}, {}, labels};
  const auto* label = labels.const_data_ptr<std::int64_t>();
  return {{}, {}, {label, label + labels.numel()}, {}};
}

/// The rows of all steps of the epoch, equal to those the host's inputs would use.
BatchRows DeviceEngine::training_rows(std::int32_t epoch) const {
  BatchRows all = labelled(kTrainingImages, {order_.begin(), order_.end()});
  const auto& set = sets_.of(kTrainingImages);
  const auto* features = inputs_->cached_features();
  if (captured_->training().is_staged()) return all;
  for (task::Moment at{epoch, 0}; at.step < timeline_.steps_per_epoch(); ++at.step) {
    const auto positions = positions_of(at);
    const auto count = static_cast<std::int64_t>(positions.size());
    if (features) {
      const auto flips = batches_.flips(count, epoch, at.step);
      for (std::size_t i = 0; i < positions.size(); ++i) {
        all.rows.push_back(features->slots(kTrainingImages, flips[i]).at(static_cast<std::size_t>(positions[i])));
      }
    } else {
      for (const auto position : positions) all.rows.push_back(set.rows.at(static_cast<std::size_t>(position)));
      const auto windows = batches_.training_windows(shape_of(set.images), count, epoch, at.step);
      all.windows.insert(all.windows.end(), windows.begin(), windows.end());
    }
  }
  return all;
}

BatchRows DeviceEngine::evaluation_rows(SetNumber number) const {
  const auto& set = sets_.of(number);
  std::vector<std::int64_t> positions(static_cast<std::size_t>(set.size()));
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = static_cast<std::int64_t>(i);
  BatchRows all = labelled(number, positions);
  if (captured_->evaluation(number).is_staged()) return all;
  if (const auto* features = inputs_->cached_features()) {
    all.rows = features->slots(number, false);
  } else {
    all.rows = set.rows;
    all.windows.assign(set.rows.size(), batches_.evaluation_window(shape_of(set.images)));
  }
  return all;
}

void DeviceEngine::start_epoch(const task::TrainSpec& spec, task::Moment at, const Score& running) {
  captured_->start_steps(running);
  order_ = order_of_epoch(job_, at.epoch);
  captured_->training().fill(training_rows(at.epoch));
  captured_->training().go_to(at.step);
  captured_->fill_steps(spec, timeline_, at.epoch);
  at_ = at;
}

bool DeviceEngine::step() {
  const auto positions = positions_of(at_);
  DeviceBatches& device_batches = captured_->training();
  if (device_batches.is_staged()) device_batches.stage(inputs_->training(positions, at_, 0));
  captured_->step(static_cast<std::int64_t>(positions.size()));
  throttle_.step();
  ++at_.step;
  return true;
}

std::optional<NonFiniteLoss> DeviceEngine::settle(Score& running) {
  const auto sums = captured_->take_steps();
  running = sums.score;
  if (!sums.non_finite) return {};
  return NonFiniteLoss{sums.non_finite->loss, {at_.epoch, static_cast<std::int32_t>(sums.non_finite->index)}};
}

Evaluation DeviceEngine::evaluate(SetNumber number, const EvaluationLimits& limits) {
  const std::int64_t all = sets_.of(number).size();
  const std::int64_t images = limits.images < 0 ? all : std::min(limits.images, all);
  const std::int64_t batches = (images + task::kEvaluationBatch - 1) / task::kEvaluationBatch;
  ESPALIER_EXPECT(images == all || images % task::kEvaluationBatch == 0);
  if (!filled_[number]) captured_->evaluation(number).fill(evaluation_rows(number));
  filled_[number] = true;
  captured_->start_evaluation(number, batches);
  Evaluation result;
  for (std::int64_t batch = 0; batch < batches && result.finished; ++batch) {
    const std::int64_t first = batch * task::kEvaluationBatch, count = std::min(task::kEvaluationBatch, images - first);
    DeviceBatches& device_batches = captured_->evaluation(number);
    if (device_batches.is_staged()) device_batches.stage(inputs_->evaluation(number, first, count));
    captured_->evaluate(number);
    throttle_.step();
    result.finished = limits.go_on();
  }
  auto measured = captured_->take_evaluation(number);
  if (measured.scores.defined()) {
    result.scores = measured.scores.slice(0, 0, images);
    if (result.finished) result.score = score_of(result.scores, sets_.of(number).labels.slice(0, 0, images));
    return result;
  }
  result.score = measured.score;
  result.labels = std::move(measured.labels);
  result.labels.resize(static_cast<std::size_t>(images));
  result.probability = std::move(measured.probability);
  result.probability.resize(static_cast<std::size_t>(images));
  return result;
}

}  // namespace espalier::train
