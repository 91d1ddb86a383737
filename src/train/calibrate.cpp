// Times training steps, evaluation and features on random inputs and takes medians.
#include "espalier/train/calibrate.hpp"

#include <algorithm>
#include <functional>

#include "espalier/data/label_matrix.hpp"
#include "espalier/device/device.hpp"
#include "espalier/task/timeline.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/stepper.hpp"
#include "train/batched/batched_network.hpp"
#include "train/bundle/bundle_state.hpp"
#include "train/device/captured_training.hpp"

namespace espalier::train {

namespace {

constexpr std::int64_t kReplicas = 8;

double median_s(double seconds, const std::function<void()>& work) {
  for (int i = 0; i < 2; ++i) work();
  std::vector<double> taken;
  const auto begun = Clock::now();
  while (taken.size() < 3 || (seconds_since(begun) < seconds && taken.size() < 200)) {
    const auto start = Clock::now();
    work();
    taken.push_back(seconds_since(start));
  }
  std::nth_element(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(taken.size() / 2), taken.end());
  return taken[taken.size() / 2];
}

/// The task's network with random values, whatever the task would copy.
model::UnitNetwork random_network(const task::Task& task, const network::NetworkSpec& spec, std::int32_t classes) {
  model::UnitNetwork network(spec, task::training(task).input, classes);
  network.set_precision(task::training(task).precision);
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    network.reinitialise(u, 1);
    network.tune(u, task::training(task).units.at(static_cast<std::size_t>(u - 1)).trained);
  }
  return network;
}

class Bed {
 public:
  Bed(const task::Task& task, const network::NetworkSpec& spec, std::int32_t classes, at::Device device)
      : task_(task), spec_(spec), network_(random_network(task, spec, classes)), classes_(classes), device_(device) {
    network_.to(device);
    for (auto& row : task::training(task_).units) {
      if (row.trained != task::Trained::no) row.rates = {{{0, 0}, 1e-6f}};
    }
  }

  double step_s(double seconds) {
    if (task_.form.batched) return replicas_s(seconds) / kReplicas;
    return device_.is_cpu() ? single_s(seconds) : recorded_s(seconds);
  }
  double evaluation_s(double seconds) {
    const at::Tensor inputs = inputs_of(task::kEvaluationBatch);
    return median_s(seconds, [&] {
      network_.eval_forward(inputs, task_.form.cached_units);
      device::synchronise(device_);
    });
  }
  double features_s(double seconds) {
    if (task_.form.cached_units == 0) return 0;
    const at::Tensor images = images_of(kFeatureChunk);
    return median_s(seconds, [&] {
      network_.features(images, task_.form.cached_units);
      device::synchronise(device_);
    });
  }

 private:
  at::Tensor images_of(std::int64_t count) const {
    const auto& input = task::training(task_).input;
    return at::rand({count, input.channels, input.height, input.width})
        .contiguous(at::MemoryFormat::ChannelsLast)
        .to(device_);
  }
  at::Tensor inputs_of(std::int64_t count) {
    const at::Tensor images = images_of(count);
    return task_.form.cached_units == 0 ? images : network_.features(images, task_.form.cached_units);
  }
  at::Tensor labels() const {
    const std::int64_t batch = task::training(task_).batch;
    const bool several = task::training(task_).loss == task::Loss::binary;
    return several ? at::randint(2, {batch, classes_}, at::kFloat) : at::randint(classes_, {batch}, at::kLong);
  }
  BatchRows rows_of(const at::Tensor& labels) const {
    if (data::are_several(labels)) return {{}, {}, {}, labels};
    const auto* label = labels.const_data_ptr<std::int64_t>();
    return {{}, {}, {label, label + labels.numel()}, {}};
  }

  double single_s(double seconds) {
    const task::Timeline timeline(std::int64_t{task::training(task_).batch} * 1000, task::training(task_).batch,
                                  {1, 0});
    Stepper stepper(network_, task::training(task_), timeline, task_.form.cached_units);
    const at::Tensor inputs = inputs_of(task::training(task_).batch), wanted = labels();
    Score score;
    return median_s(seconds, [&] { stepper.step(inputs, wanted, {0, 0}, score); });
  }

  /// Times several steps together, because the host does not wait for each.
  double recorded_s(double seconds) {
    constexpr int kAtATime = 16;
    Job job;
    job.task = task_;
    job.network = spec_;
    job.classes = classes_;
    CapturedTraining captured(job, network_);
    captured.training().fill(rows_of(labels()));
    captured.training().stage(inputs_of(task::training(task_).batch));
    captured.fill_steps(
        task::training(task_),
        task::Timeline(std::int64_t{task::training(task_).batch} * 2, task::training(task_).batch, {1, 0}), 0);
    const double all_s = median_s(seconds, [&] {
      for (int i = 0; i < kAtATime; ++i) {
        captured.training().go_to(0);
        captured.step(task::training(task_).batch);
      }
      device::synchronise(device_);
    });
    return all_s / kAtATime;
  }

  double replicas_s(double seconds) {
    BatchedNetwork replicas(spec_, task_.form.cached_units, task::training(task_));
    const Optimiser optimiser(network_, task::training(task_));
    for (std::int64_t replica = 0; replica < kReplicas; ++replica) replicas.append(network_, optimiser);
    const at::Tensor inputs = inputs_of(task::training(task_).batch).flatten(1).unsqueeze(0).repeat({kReplicas, 1, 1});
    const std::vector<at::Tensor> wanted(kReplicas, labels());
    const std::vector<ReplicaStep> steps(kReplicas,
                                         {{1, 0, 0}, std::vector<float>(task::training(task_).units.size(), 1e-6f)});
    std::vector<Score> scores(kReplicas);
    return median_s(seconds, [&] {
      const at::Tensor logits = replicas.forward(inputs, steps);
      const auto losses = replicas.losses(logits, wanted);
      replicas.update(steps);
      const at::Tensor seen = logits.cpu();
      for (std::size_t replica = 0; replica < scores.size(); ++replica) {
        scores[replica].add(seen[static_cast<std::int64_t>(replica)], wanted[replica], losses[replica]);
      }
    });
  }

  task::Task task_;
  const network::NetworkSpec& spec_;
  model::UnitNetwork network_;
  std::int32_t classes_;
  at::Device device_;
};

}  // namespace

MeasuredCost measure_cost(const task::Task& task, const network::NetworkSpec& network, std::int32_t classes,
                          double seconds, at::Device device) {
  apply(task.form);
  device::allow_tf32(device, task::training(task).precision == task::Precision::tf32);
  Bed bed(task, network, classes, device);
  return {bed.step_s(seconds), bed.evaluation_s(seconds), bed.features_s(seconds)};
}

}  // namespace espalier::train
