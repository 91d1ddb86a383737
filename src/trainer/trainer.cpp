// Carries out messages from the port, turns bundles into jobs, alone or in a group, and reports their results.
#include "trainer/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/device/collectives.hpp"
#include "espalier/device/device.hpp"
#include "espalier/train/numeric_form.hpp"
#include "trainer/agent_reducer.hpp"
#include "trainer/device_reducer.hpp"

namespace espalier::trainer {

namespace {

template <class Value>
const Value& in_catalog(const std::map<std::string, Value>& values, const std::string& digest, const char* what) {
  const auto found = values.find(digest);
  if (found == values.end()) throw CorruptionError(std::string("the catalog holds no ") + what + " " + digest);
  return found->second;
}

std::shared_ptr<const data::ImageSet> no_images() {
  auto none = std::make_shared<data::ImageSet>();
  none->labels = at::empty({0}, at::kLong);
  return none;
}

}  // namespace

/// Called between two steps: reads messages that have arrived and returns the control flag to follow.
class Trainer::Steering : public train::Control {
 public:
  Steering(Trainer& trainer, const protocol::Bundle& bundle) : trainer_(trainer), bundle_(bundle) {}

  train::ControlFlag after_step(const train::Members& members, task::Moment at) override {
    for (const auto member : members) trainer_.fault_.strike(bundle_.tasks[member].task.id, at);
    trainer_.take_waiting();
    if (trainer_.leaving_ || !trainer_.port_.is_open()) return train::ControlFlag::cancel;
    return trainer_.stopping_ ? train::ControlFlag::stop : train::ControlFlag::go_on;
  }
  bool is_cancelled(std::size_t member) const override { return trainer_.is_cancelled(bundle_.tasks[member]); }

 private:
  Trainer& trainer_;
  const protocol::Bundle& bundle_;
};

/// Turns the results of trainings into messages.
class Trainer::Reporter : public train::Sink {
 public:
  Reporter(Trainer& trainer, const protocol::Bundle& bundle) : trainer_(trainer), bundle_(bundle) {}

  void started(std::size_t member, task::Moment resumed_from) override {
    tell(protocol::Started{fence(member), id(member), resumed_from});
  }
  void progress(std::size_t member, task::Moment at, std::int64_t epoch_images) override {
    tell(protocol::Progress{fence(member), id(member), at, epoch_images});
  }
  void rows(std::size_t member, const std::vector<metrics::Row>& rows) override {
    tell(protocol::Rows{fence(member), id(member), rows});
  }
  void checkpoint(std::size_t member, const train::Checkpoint& made) override {
    if (made.kind == task::ArtifactKind::finished) trainer_.finished_[id(member)] = made.artifact;
    if (made.kind == task::ArtifactKind::training) {
      std::this_thread::sleep_for(std::chrono::seconds(trainer_.fault_.save_s(id(member), made.at)));
    }
    tell(protocol::CheckpointMade{fence(member), id(member), made.kind, made.at, made.artifact, made.bytes});
  }
  void remark(const std::string& text) override { log::warn(text); }
  void ended(std::size_t member, const train::Outcome& outcome) override {
    protocol::Ended ended = trainer_.answer(bundle_.tasks[member], outcome.end);
    ended.text = outcome.text;
    ended.seconds = outcome.seconds;
    ended.epoch_images = outcome.epoch_images;
    ended.stopped = outcome.stopped;
    tell(ended);
  }

 private:
  Fence fence(std::size_t member) const { return bundle_.tasks[member].fence; }
  const TaskId& id(std::size_t member) const { return bundle_.tasks[member].task.id; }
  template <class Message>
  void tell(const Message& message) {
    trainer_.port_.tell(message);
  }

  Trainer& trainer_;
  const protocol::Bundle& bundle_;
};

void Trainer::run() {
  while (!leaving_) {
    if (queue_.empty()) {
      const auto frame = port_.wait();
      if (!frame) return;
      take(*frame);
      continue;
    }
    const protocol::Bundle next = std::move(queue_.front());
    queue_.pop_front();
    work(next);
    take_waiting();
  }
}

void Trainer::take(const frame::Frame& frame) {
  switch (static_cast<protocol::MessageType>(frame.type)) {
    case protocol::MessageType::setup: return set_up(frame.as<protocol::Setup>());
    case protocol::MessageType::catalog_update: catalog_.merge(frame.as<protocol::CatalogUpdate>().catalog); return;
    case protocol::MessageType::bundle: queue_.push_back(frame.as<protocol::Bundle>()); return;
    case protocol::MessageType::cancel: cancel(frame.as<protocol::Cancel>()); return;
    case protocol::MessageType::stop: stopping_ = true; return;
    case protocol::MessageType::shutdown: leaving_ = true; return;
    case protocol::MessageType::reduced: return;  // from a group that is over
    case protocol::MessageType::peer_buffer: return take(frame.as<protocol::PeerBuffer>());
    default: throw CorruptionError("a trainer was sent a frame of type " + std::to_string(frame.type));
  }
}

/// Chooses the device at the first setup. On a GPU, features get at most half of the free memory.
void Trainer::set_up(const protocol::Setup& setup) {
  setup_ = setup;
  if (!device_context_) {
    const at::Device device = device::choose(setup_.device, slot_);
    device::start(device);
    device_context_.emplace(device);
  }
  const bool on_gpu = device_context_->device().is_cuda();
  const std::int64_t most = on_gpu ? device::free_bytes(device_context_->device()) / 2 : setup_.feature_bytes;
  device_context_->features().set_budget(std::min(setup_.feature_bytes, most));
}

/// May arrive while the previous bundle is still being finished; it is kept for the next group then.
void Trainer::take(const protocol::PeerBuffer& peer) {
  if (host_reducer_) host_reducer_->take(peer);
  else peers_.push_back(peer);
}

void Trainer::take_waiting() {
  while (const auto frame = port_.poll()) take(*frame);
}

/// Cancels a task in hand or queued; its training ends at the next step that asks.
void Trainer::cancel(const protocol::Cancel& message) { cancelled_.push_back({message.task, message.fence}); }

bool Trainer::is_cancelled(const protocol::TaskAssignment& assignment) const {
  const protocol::InFlightTask in_flight{assignment.task.id, assignment.fence};
  return std::find(cancelled_.begin(), cancelled_.end(), in_flight) != cancelled_.end();
}

void Trainer::work(const protocol::Bundle& bundle) {
  group_.clear();
  if (stopping_) {
    for (const auto& one : bundle.tasks) port_.tell(answer(one, task::End::stopped));
    return;
  }
  try {
    train(bundle);
  } catch (const data::DamagedArtifact& damage) {  // rank 0 has it made again
    port_.tell(protocol::ArtifactDamaged{damage.id(), damage.what(), damage.is_whole()});
    throw;
  }
}

void Trainer::train(const protocol::Bundle& bundle) {
  if (!device_context_) throw CorruptionError("a trainer was given work before its setup");
  protocol::Bundle able;
  std::vector<train::Job> jobs;
  for (const auto& one : bundle.tasks) {
    if (bundle.group.id == 0 && is_cancelled(one)) {  // members of a group agree on it after a step
      port_.tell(answer(one, task::End::cancelled));
      continue;
    }
    try {
      const train::Job job = job_of(one);
      if (!one.finished.empty() || task::probe_of(one.task)) {
        if (bundle.group.leads()) measure(one, job);  // alone: there is nothing to share
        continue;
      }
      jobs.push_back(job);
      able.tasks.push_back(one);
    } catch (const UsageError& error) {  // the task's own fault: trying again would not help
      protocol::Ended ended = answer(one, task::End::refused);
      ended.text = error.what();
      port_.tell(ended);
    }
  }
  if (jobs.empty()) return;
  if (bundle.group.id != 0) return train_in_group(bundle.group, able, jobs);
  Reporter reporter(*this, able);
  Steering steering(*this, able);
  train::train(jobs, *device_context_, steering, reporter);
}

/// A network that is finished; a request to stop that arrived meanwhile is followed.
void Trainer::measure(const protocol::TaskAssignment& assignment, const train::Job& job) {
  const protocol::Bundle alone{{assignment}, {}};
  Reporter reporter(*this, alone);
  Steering steering(*this, alone);
  train::measure(job, *device_context_, steering, reporter);
}

void Trainer::train_in_group(const protocol::Group& group, const protocol::Bundle& able,
                             const std::vector<train::Job>& jobs) {
  Reporter reporter(*this, able);
  Steering steering(*this, able);
  const auto sign_of_life = [&] { port_.tell(protocol::Progress{able.tasks[0].fence, able.tasks[0].task.id, {}, 0}); };
  AgentReducer host_reducer(port_, group, [this](const frame::Frame& frame) { take(frame); }, sign_of_life);
  for (const auto& peer : std::exchange(peers_, {})) host_reducer.take(peer);
  host_reducer_ = &host_reducer;
  try {
    auto told = std::chrono::steady_clock::now();
    const auto waiting = [&] {
      host_reducer.listen();
      if (std::chrono::steady_clock::now() - told < std::chrono::milliseconds(500)) return;
      sign_of_life();
      told = std::chrono::steady_clock::now();
    };
    const auto devices = join_devices(host_reducer, device_context_->device(), waiting);
    group_ = ", a group of " + std::to_string(group.members.size()) +
             (devices ? " through NCCL " + device::nccl_version() : " through agents");
    train::train(jobs, *device_context_, steering, reporter,
                 devices ? static_cast<model::Reducer*>(devices.get()) : &host_reducer);
    if (devices) devices->close();
  } catch (const model::GroupBroken&) {
    await_end(host_reducer);
    leaving_ = true;
  }
  host_reducer_ = nullptr;
}

/// Waits for the agent to kill this trainer, as it does for every broken group. Returns if the agent is gone or tells
/// the trainer to exit; throws EnvironmentError after 60 s.
void Trainer::await_end(AgentReducer& host_reducer) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  try {
    while (!leaving_ && std::chrono::steady_clock::now() < end) host_reducer.listen(/*milliseconds=*/500);
  } catch (const model::GroupBroken&) {
    return;
  }
  if (leaving_) return;
  throw EnvironmentError("a group's sums failed, and nobody called the group off", "the other members seem well",
                         "NCCL_DEBUG=INFO in the environment makes NCCL say more.");
}

train::Job Trainer::job_of(const protocol::TaskAssignment& assignment) {
  const auto* probe = task::probe_of(assignment.task);
  const task::TrainSpec spec = task::as_training(assignment.task);
  const auto& labels = in_catalog(catalog_.label_maps, spec.images.labels, "label map");
  train::Job job;
  job.task = assignment.task;
  job.task.work = spec;  // what is only measured is a training that takes no step
  job.network = in_catalog(catalog_.networks, spec.network, "network");
  job.classes = job.outputs = labels.output_count;
  if (probe) job.probe = *probe;
  auto told = std::chrono::steady_clock::now();
  const auto alive = [&] {
    if (std::chrono::steady_clock::now() - told < std::chrono::milliseconds(500)) return;
    port_.tell(protocol::Progress{assignment.fence, assignment.task.id, {}, 0});
    told = std::chrono::steady_clock::now();
  };
  const auto used = probe ? task::used_images(*probe) : std::vector{spec.images};
  if (used.empty()) {
    job.images = no_images();
  } else {
    const auto& its_labels = in_catalog(catalog_.label_maps, used.front().labels, "label map");
    job.images = images_in(used.front(), alive);
    job.outputs = its_labels.output_count;
  }
  const bool compares = probe && (probe->method == task::ProbeMethod::distance ||
                                  probe->method == task::ProbeMethod::retrieval);  // sets of any labels
  for (const auto& one : assignment.task.record.evaluations)
    job.evaluations.push_back(measured_set(one, compares ? 0 : job.outputs, alive));
  job.artifact_dir = setup_.artifact_dir;
  job.output_dir = setup_.unfinished_dir;
  job.sources = assignment.sources;
  job.sources.insert(finished_.begin(), finished_.end());  // sources given with the task come first
  job.resume = assignment.resume;
  job.finished = assignment.finished;
  job.checkpoint_s = setup_.checkpoint_s;
  job.smoke = setup_.smoke;
  job.share_stages = setup_.share_stages;
  return job;
}

train::MeasuredSet Trainer::measured_set(const task::EvaluationSpec& evaluation, std::int32_t outputs,
                                         const std::function<void()>& alive) {
  const auto& set = in_catalog(catalog_.image_sets, evaluation.images.hex.str(), "image set");
  const auto& labels = in_catalog(catalog_.label_maps, set.labels, "label map");
  if (outputs > 0 && labels.output_count != outputs) {
    throw UsageError(std::string("the ") + metrics::name_of(evaluation.name) + " images have labels of " +
                         std::to_string(labels.output_count) + " outputs",
                     "the network has " + std::to_string(outputs), "Measure on images with the training's labels.");
  }
  return {evaluation.name,       evaluation.images,     evaluation.every, task::metrics_of(evaluation),
          images_in(set, alive), evaluation.every_steps};
}

std::shared_ptr<const data::ImageSet> Trainer::images_in(const task::ImageSetSpec& set,
                                                         const std::function<void()>& alive) {
  if (set.parts.empty()) {
    return images_.of(set, in_catalog(catalog_.label_maps, set.labels, "label map"), setup_.packs, alive);
  }
  std::vector<std::shared_ptr<const data::ImageSet>> parts;
  for (const auto& part : set.parts) parts.push_back(images_in(part, alive));
  return std::make_shared<data::ImageSet>(data::joined(parts, task::id_of(set).hex.str()));
}

protocol::Ended Trainer::answer(const protocol::TaskAssignment& assignment, task::End kind) const {
  protocol::Ended ended;
  ended.fence = assignment.fence;
  ended.task = assignment.task.id;
  ended.kind = kind;
  ended.device =
      train::describe(assignment.task.form, device_context_ ? device_context_->device() : at::Device(at::kCPU)) +
      group_;
  return ended;
}

}  // namespace espalier::trainer
