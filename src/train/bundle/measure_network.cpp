// Measures a finished network without training it, in the numeric form of its training.
#include <c10/util/Exception.h>

#include <cstdlib>

#include "espalier/core/errors.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/device/device.hpp"
#include "espalier/train/numeric_form.hpp"
#include "train/batched/batched_network.hpp"
#include "train/bundle/measure.hpp"
#include "train/engine.hpp"
#include "train/features/measure_features.hpp"
#include "train/prepare_network.hpp"

namespace espalier::train {

namespace {

/// How often a measurement is begun again, with less kept each time, where the device's memory runs out.
constexpr int kTries = 3;

bool takes_features(const Job& job) { return job.probe && job.probe->features > 0; }

/// The job without its training images, unless it is measured on them: nothing else needs their features.
Job without_unmeasured(const Job& job) {
  if (takes_features(job)) return job;
  const ImageSetId own = task::id_of(task::training(job.task).images);
  Job slim = job;
  for (const MeasuredSet& measured : job.evaluations) {
    if (measured.id == own) return slim;
  }
  auto none = std::make_shared<data::ImageSet>(*job.images);
  none->rows.clear();
  none->labels = none->labels.slice(0, 0, 0);
  slim.images = none;
  return slim;
}

/// The finished network as one replica, which computes its scores as the replicas of the training did.
class OneReplica {
 public:
  OneReplica(BundleState& bundle, const Job& job, const ImageSets& sets)
      : sets_(sets),
        network_(prepare_network(job, bundle.device_context().device())),
        replicas_(job.network, job.task.form.cached_units, task::training(job.task)),
        inputs_(job, sets, bundle.device_context().features(), network_) {
    replicas_.append(network_, Optimiser(network_, task::training(job.task)));
  }
  bool prepare(const GoOn& go_on) { return inputs_.fill(go_on); }
  Evaluation evaluate(SetNumber number, const EvaluationLimits& limits) {
    const auto predict = [&](const at::Tensor& x) { return replicas_.predict(0, x); };
    return train::evaluate(predict, inputs_, number, sets_.of(number).labels, limits);
  }

 private:
  const ImageSets& sets_;
  model::UnitNetwork network_;
  BatchedNetwork replicas_;
  FeatureInputs inputs_;
};

/// Computes features where the form has some, then measures, writes predictions and ends the job.
template <class Network>
ControlFlag measure_with(Network& network, BundleState& bundle, const ImageSets& sets, task::Moment at) {
  ControlFlag flag = bundle.ask({0}, at);
  const auto go_on = [&] { return (flag = bundle.ask({0}, at)) == ControlFlag::go_on; };
  if (flag != ControlFlag::go_on || !network.prepare(go_on) || !bundle.is_open(0)) return flag;
  Measurement measurement(bundle, sets, {0}, at, {}, {[](std::size_t) { return true; }, {}});
  flag = measurement.run(
      [&](SetNumber number, const EvaluationLimits& limits) { return network.evaluate(number, limits); });
  bundle.charge({0}, 0);
  if (flag != ControlFlag::go_on || !bundle.is_open(0)) return flag;
  write_predictions_of(bundle, 0, at, sets, measurement.predictions());
  bundle.end(0, task::End::done);
  return ControlFlag::go_on;
}

ControlFlag measure_once(BundleState& bundle, const Job& job, task::Moment at) {
  if (takes_features(job)) return measure_features(bundle, job, at);
  const ImageSets sets(job);
  if (job.task.form.batched) {
    OneReplica replica(bundle, job, sets);
    return measure_with(replica, bundle, sets, at);
  }
  const auto engine = make_engine(bundle, job, sets, bundle.timeline(0));
  return measure_with(*engine, bundle, sets, at);
}

ControlFlag measure_in_memory(BundleState& bundle, const Job& job, task::Moment at) {
  for (int tries = kTries;; --tries) {
    try {
      return measure_once(bundle, job, at);
    } catch (const c10::Error& error) {
      if (tries == 0 || !device::is_out_of_memory(error)) throw;
      bundle.sink().remark(std::string("a device's memory ran out in a measurement; less is kept (") +
                           device::sizes_in(error) + ")");
    }
    bundle.device_context().shrink();
  }
}

}  // namespace

namespace {

/// The moment of the network that is measured: of a training with a rule to stop its file says it.
task::Moment moment_of_result(const Job& job, task::Moment end) {
  if (!task::training(job.task).stop.on() || job.finished.empty()) return end;
  const auto file = data::read_safetensors(job.artifact_dir / (job.finished.hex + ".safetensors"));
  const auto epoch = file.metadata.find("epoch"), step = file.metadata.find("step");
  if (epoch == file.metadata.end() || step == file.metadata.end()) return end;
  return {static_cast<std::int32_t>(std::strtol(epoch->second.c_str(), nullptr, 10)),
          static_cast<std::int32_t>(std::strtol(step->second.c_str(), nullptr, 10))};
}

}  // namespace

void measure(const Job& job, DeviceContext& context, Control& control, Sink& sink) {
  const std::vector<Job> jobs{job};
  BundleState bundle(jobs, context, control, sink);
  const task::Timeline& timeline = bundle.timeline(0);
  const task::Moment end = timeline.moment(timeline.total_steps());
  apply(job.task.form);
  device::allow_tf32(context.device(), task::training(job.task).precision == task::Precision::tf32);
  sink.started(0, end);
  try {
    const ControlFlag flag = measure_in_memory(bundle, without_unmeasured(job), moment_of_result(job, end));
    if (flag != ControlFlag::go_on)
      bundle.end(0, flag == ControlFlag::stop ? task::End::stopped : task::End::cancelled);
  } catch (const UsageError& error) {  // the task's own fault: trying again would not help
    bundle.end(0, task::End::refused, error.what());
  }
}

}  // namespace espalier::train
