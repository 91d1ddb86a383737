// Computes costs from multiply-adds, from a calibration where there is one, and from what the journal has shown.
#include "plan/cost/cost_model.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace espalier::plan {
namespace {

constexpr std::int64_t kRowBytes = 300;       // per row in the journal, and again in the store
constexpr std::int64_t kTaskBytes = 6000;     // task, run, attempt and end records
constexpr std::int64_t kPredictionBytes = 4;  // per image

std::int32_t frozen_prefix(const task::TrainSpec& spec) {
  const auto trained = std::find_if(spec.units.begin(), spec.units.end(),
                                    [](const task::UnitRow& row) { return row.trained != task::Trained::no; });
  return static_cast<std::int32_t>(trained - spec.units.begin());
}

double batches_of(std::int64_t images) {
  const std::int64_t batches = (images + task::kEvaluationBatch - 1) / task::kEvaluationBatch;
  return static_cast<double>(batches);
}

/// Costs of a reduction through agents: seconds per step, and numbers per second (bench/README.md).
constexpr double kReduceLatency_s = 2e-3, kReduceRate = 7e8;

double trained_parameters(const Training& training) {
  double sum = 0;
  for (std::size_t u = 0; u < training.units->size(); ++u) {
    if (training.spec.units[u].trained == task::Trained::no) continue;
    for (const auto& parameter : (*training.units)[u].parameters) sum += static_cast<double>(parameter.elements());
  }
  return sum;
}

}  // namespace

std::string CostKey::text() const {
  return fmt::format("{}/{}x{}x{}/{}/{}/{}/{}/{}/{}/{}", network, input.channels, input.height, input.width, classes,
                     batch, frozen, form.threads, form.cached_units, form.batched ? "fused" : "single",
                     static_cast<int>(precision));
}

CostKey key_of(const Training& training, const task::NumericForm& form) {
  const auto& spec = training.spec;
  return {spec.network, spec.input, training.classes, spec.batch, frozen_prefix(spec), form, spec.precision};
}

namespace {

/// Sums over what the training measures its network on; `of` gets the images of a set and how often it is measured.
template <class Of>
double sum_of_evaluations(const Training& training, Of of) {
  double sum = 0;
  for (std::size_t i = 0; i < training.evaluated.size(); ++i) {
    const auto times = evaluations(training.record.evaluations[i], training.spec.length, training.steps);
    sum += of(training.evaluated[i]) * static_cast<double>(times);
  }
  return sum;
}

/// Forward and backward multiply-adds of a step, per image; those of the first `cached` units are left out.
double step_multiply_adds(const Training& training, std::int32_t cached) {
  return forward_multiply_adds(*training.units, cached) + training.backward_multiply_adds;
}

}  // namespace

std::int64_t evaluations(const task::EvaluationSpec& spec, const task::Moment& length, std::int64_t steps) {
  const std::int64_t by_steps = spec.every_steps > 0 && steps > 0 ? (steps - 1) / spec.every_steps : 0;
  if (spec.every == 0 || length == task::Moment{}) return by_steps + 1;
  const bool rest = length.epoch % spec.every != 0 || length.step > 0;
  return by_steps + length.epoch / spec.every + (rest ? 1 : 0);
}

std::int64_t images_of(const Training& training, metrics::Subset name) {
  for (std::size_t i = 0; i < training.evaluated.size(); ++i) {
    if (training.record.evaluations[i].name == name) return training.evaluated[i];
  }
  return 0;
}

std::int64_t held_out_images(const Training& training) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < training.evaluated.size(); ++i) {
    if (training.record.evaluations[i].name != metrics::Subset::train_eval) sum += training.evaluated[i];
  }
  return sum;
}

double evaluated_images(const Training& training) {
  return sum_of_evaluations(training, [](std::int64_t images) { return static_cast<double>(images); });
}

double multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t epoch_images) {
  const auto shown = static_cast<double>(epoch_images);
  const double part = training.epoch_images > 0 ? shown / static_cast<double>(training.epoch_images) : 1;
  return shown * step_multiply_adds(training, form.cached_units) +
         part * evaluated_images(training) * forward_multiply_adds(*training.units, form.cached_units);
}

double feature_multiply_adds(const Training& training, const task::NumericForm& form, std::int64_t images) {
  const auto& units = *training.units;
  return static_cast<double>(images) * (forward_multiply_adds(units) - forward_multiply_adds(units, form.cached_units));
}

std::string across_forms(CostKey key) {
  key.form = {key.form.threads};
  return key.text();
}

double CostModel::learned_ratio(const CostKey& key) const {
  if (const auto own = learned_.find(key.text()); own != learned_.end()) return own->second;
  const auto any = learned_across_forms_.find(across_forms(key));
  return any == learned_across_forms_.end() ? 1 : any->second;
}

Cost CostModel::of(const Training& training, const task::NumericForm& form) const {
  if (calibration_.empty() && learned_.empty()) return estimate(training, form);
  const CostKey key = key_of(training, form);
  const double ratio = learned_ratio(key);
  const auto measured = calibration_.find(key.text());
  Cost cost = measured != calibration_.end() ? measured->second : estimate(training, form);
  const auto across = learned_across_forms_.find(across_forms(key));
  const double features = across == learned_across_forms_.end() ? 1 : across->second;
  return {ratio * cost.step_s, ratio * cost.evaluation_s, features * cost.features_s};
}

Cost CostModel::estimate(const Training& training, const task::NumericForm& form) {
  const auto& units = *training.units;
  const double rate = kUncalibratedRate * form.threads;
  const double forward = forward_multiply_adds(units, form.cached_units);
  const auto batch = static_cast<double>(training.spec.batch), evaluated = static_cast<double>(task::kEvaluationBatch);
  return {step_multiply_adds(training, form.cached_units) * batch / rate +
              (form.batched ? kBatchedOverhead : kStepOverhead),
          forward * evaluated / rate, (forward_multiply_adds(units) - forward) * evaluated / rate};
}

double CostModel::cost_s(const Training& training, const task::NumericForm& form) const {
  const Cost cost = of(training, form);
  const double batches = static_cast<double>(training.epoch_images) / static_cast<double>(training.spec.batch);
  const double evaluated = sum_of_evaluations(training, batches_of);
  const double members = std::max(1, form.workers);
  const double reduced = form.workers > 1 ? kReduceLatency_s + 4.0 * trained_parameters(training) / kReduceRate : 0;
  return batches * (cost.step_s / members + reduced) + evaluated * cost.evaluation_s / members;
}

double CostModel::features_s(const Training& training, const task::NumericForm& form, std::int64_t images) const {
  return form.cached_units == 0 ? 0 : batches_of(images) * of(training, form).features_s;
}

namespace {

/// Of a finished network's file, which waits for a choice where keep asks for one: parameters, and two means of what
/// each unit but the last gives on held-out images.
std::int64_t numbers_kept(const Training& training) {
  if (training.record.keep == task::Keep::none) return 0;
  std::int64_t numbers = network::parameter_count(*training.units);
  if (held_out_images(training) == 0) return numbers;
  for (std::size_t u = 0; u + 1 < training.units->size(); ++u) numbers += 2 * (*training.units)[u].output.elements();
  return numbers;
}

}  // namespace

std::int64_t disk_bytes(const Training& training) {
  const auto measured = static_cast<std::int64_t>(sum_of_evaluations(training, [](std::int64_t) { return 1.0; }));
  const auto rows = training.spec.length.epoch + 1 + measured;
  return numbers_kept(training) * 4 + images_of(training, metrics::Subset::test) * kPredictionBytes + rows * kRowBytes +
         kTaskBytes;
}

}  // namespace espalier::plan
