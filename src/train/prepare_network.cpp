// Draws or copies each unit, sets what is trained, and refuses precisions the device lacks.
#include "train/prepare_network.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"
#include "espalier/device/device.hpp"

namespace espalier::train {

namespace {

void check(const Job& job, at::Device device) {
  const auto& spec = task::training(job.task);
  if (spec.precision == task::Precision::tf32 && device.is_cpu()) {
    throw UsageError("tf32 is not available", "CPUs have no such arithmetic", "Use precision = \"fp32\".");
  }
  if (spec.precision == task::Precision::bf16 && !device::has_bf16(device)) {
    throw UsageError("bf16 is not available here", device::describe(device) + " has no bfloat16 arithmetic",
                     "Use precision = \"fp32\", or other machines.");
  }
  if (!job.probe && (spec.loss == task::Loss::binary) != data::are_several(job.images->labels)) {
    throw UsageError("the task's loss is not that of its labels",
                     "binary cross-entropy is of images that may have several", "");
  }
  if (spec.units.size() != job.network.units.size()) {
    throw UsageError("the task has " + std::to_string(spec.units.size()) + " unit rows",
                     "its network has " + std::to_string(job.network.units.size()) + " units", "");
  }
}

/// Opens each source file once, however many units are copied from it.
class Sources {
 public:
  explicit Sources(const Job& job) : job_(job) {}

  const data::TensorFile& of(const task::UnitStart& start) {
    const ArtifactId id = start.kind == task::StartKind::task ? finished(start.task) : start.checkpoint;
    const auto found = open_.find(id);
    if (found != open_.end()) return found->second;
    return open_.emplace(id, data::read_artifact(job_.artifact_dir, id)).first->second;
  }

 private:
  ArtifactId finished(const TaskId& task) const {
    const auto found = job_.sources.find(task);
    if (found != job_.sources.end()) return found->second;
    throw UsageError("the finished network of task " + task.brief() + " is missing", "a unit starts from it", "");
  }

  const Job& job_;
  std::map<ArtifactId, data::TensorFile> open_;
};

/// Gives the units the values from which the task starts.
void start_units(const Job& job, model::UnitNetwork& network) {
  const auto& spec = task::training(job.task);
  Sources sources(job);
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    const auto& start = spec.units[static_cast<std::size_t>(u - 1)].start;
    if (start.kind == task::StartKind::fresh) {
      network.reinitialise(u, spec.init_seed);
    } else {
      network.copy(u, sources.of(start));
    }
  }
}

}  // namespace

model::UnitNetwork prepare_on_host(const Job& job, at::Device device) {
  check(job, device);
  const auto& spec = task::training(job.task);
  model::UnitNetwork network(job.network, spec.input, job.classes);
  if (job.finished.empty()) start_units(job, network);
  for (std::int32_t u = 1; u <= network.depth(); ++u) {
    const auto& row = spec.units[static_cast<std::size_t>(u - 1)];
    if (row.trained == task::Trained::no) {
      network.freeze(u);
    } else {
      network.tune(u, row.trained);
    }
  }
  if (!job.finished.empty()) network.restore(data::read_artifact(job.artifact_dir, job.finished));  // scales, too
  network.set_frozen_dropout(spec.frozen_dropout);
  network.set_precision(spec.precision);
  return network;
}

model::UnitNetwork prepare_network(const Job& job, at::Device device) {
  model::UnitNetwork network = prepare_on_host(job, device);
  network.to(device);
  return network;
}

}  // namespace espalier::train
