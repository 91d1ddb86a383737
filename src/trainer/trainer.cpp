#include "espalier/trainer/trainer.hpp"

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/train/numeric_form.hpp"

namespace espalier::trainer {

namespace {

sched::EndKind kind_of(train::End end) {
  switch (end) {
    case train::End::done: return sched::EndKind::done;
    case train::End::diverged: return sched::EndKind::diverged;
    case train::End::stopped: return sched::EndKind::stopped;
    case train::End::cancelled: return sched::EndKind::cancelled;
  }
  throw ContractViolation("impossible", "train::End", __FILE__, __LINE__);
}

sched::CheckpointKind kind_of(train::Written kind) {
  switch (kind) {
    case train::Written::training: return sched::CheckpointKind::training;
    case train::Written::finished: return sched::CheckpointKind::finished;
    case train::Written::predictions: return sched::CheckpointKind::predictions;
  }
  throw ContractViolation("impossible", "train::Written", __FILE__, __LINE__);
}

template <class Value>
const Value& in_catalog(const std::map<std::string, Value>& values, const std::string& digest, const char* what) {
  const auto found = values.find(digest);
  if (found == values.end()) throw CorruptionError(std::string("the catalog holds no ") + what + " " + digest);
  return found->second;
}

}  // namespace

/// Between two steps: reads what has arrived meanwhile and says whether to go on.
class Trainer::Steering : public train::Control {
 public:
  Steering(Trainer& trainer, const TaskId& task) : trainer_(trainer), task_(task) {}

  train::Order after_step(task::Moment at) override {
    trainer_.fault_.strike(task_, at);
    trainer_.take_waiting();
    if (trainer_.cancelled_ || trainer_.leaving_ || !trainer_.port_.is_open()) return train::Order::cancel;
    return trainer_.stopping_ ? train::Order::stop : train::Order::go_on;
  }

 private:
  Trainer& trainer_;
  const TaskId& task_;
};

/// Turns what a training gives into messages.
class Trainer::Reporter : public train::Sink {
 public:
  Reporter(Trainer& trainer, const sched::Assign& assign)
      : trainer_(trainer), fence_(assign.fence), task_(assign.task.id) {}

  void started(task::Moment resumed_from) override { tell(sched::Started{fence_, task_, resumed_from}); }
  void progress(task::Moment at, std::int64_t epoch_images) override {
    tell(sched::Progress{fence_, task_, at, epoch_images});
  }
  void rows(const std::vector<metrics::Row>& rows) override { tell(sched::Rows{fence_, task_, rows}); }
  void checkpoint(const train::Checkpoint& made) override {
    if (made.kind == train::Written::finished) trainer_.finished_[task_] = made.artifact;
    tell(sched::CheckpointMade{fence_, task_, kind_of(made.kind), made.at, made.artifact, made.bytes});
  }

 private:
  template <class Message>
  void tell(const Message& message) {
    trainer_.port_.tell(message);
  }

  Trainer& trainer_;
  const Fence fence_;
  const TaskId task_;
};

void Trainer::run() {
  while (!leaving_) {
    if (queue_.empty()) {
      const auto frame = port_.wait();
      if (!frame) return;
      take(*frame);
      continue;
    }
    sched::Assign next = std::move(queue_.front());
    queue_.pop_front();
    work(std::move(next));
    take_waiting();
  }
}

void Trainer::take(const frame::Frame& frame) {
  switch (static_cast<sched::MessageType>(frame.type)) {
    case sched::MessageType::setup: setup_ = frame.as<sched::Setup>(); return;
    case sched::MessageType::catalog_update: catalog_.merge(frame.as<sched::CatalogUpdate>().catalog); return;
    case sched::MessageType::assign: queue_.push_back(frame.as<sched::Assign>()); return;
    case sched::MessageType::cancel: cancel(frame.as<sched::Cancel>()); return;
    case sched::MessageType::stop: stopping_ = true; return;
    case sched::MessageType::shutdown: leaving_ = true; return;
    default: throw CorruptionError("a trainer was sent a frame of type " + std::to_string(frame.type));
  }
}

void Trainer::take_waiting() {
  while (const auto frame = port_.poll()) take(*frame);
}

void Trainer::cancel(const sched::Cancel& order) {
  if (in_hand_ && in_hand_->task == order.task && in_hand_->fence == order.fence) {
    cancelled_ = true;
    return;
  }
  for (auto waiting = queue_.begin(); waiting != queue_.end(); ++waiting) {
    if (waiting->task.id != order.task || waiting->fence != order.fence) continue;
    port_.tell(answer(*waiting, sched::EndKind::cancelled));
    queue_.erase(waiting);
    return;
  }
}

void Trainer::work(sched::Assign assign) {
  if (stopping_) return port_.tell(answer(assign, sched::EndKind::stopped));
  in_hand_ = {assign.fence, assign.task.id};
  cancelled_ = false;
  port_.tell(end_of(assign));
  in_hand_.reset();
}

sched::Ended Trainer::end_of(const sched::Assign& assign) {
  Reporter reporter(*this, assign);
  if (assign.task.kind == task::TaskKind::noop) {
    reporter.started({});
    return answer(assign, sched::EndKind::done);
  }
  try {
    Steering steering(*this, assign.task.id);
    const train::Outcome outcome = train::train(job_of(assign), steering, reporter);
    sched::Ended ended = answer(assign, kind_of(outcome.end));
    ended.text = outcome.text;
    ended.seconds = outcome.seconds;
    ended.epoch_images = outcome.epoch_images;
    return ended;
  } catch (const UsageError& error) {  // of the task's own making: trying again would not help
    sched::Ended ended = answer(assign, sched::EndKind::refused);
    ended.text = error.what();
    return ended;
  }
}

train::Job Trainer::job_of(const sched::Assign& assign) {
  const auto& spec = assign.task.train;
  const auto& classes = in_catalog(catalog_.class_lists, spec.subset.classes, "class list");
  train::Job job;
  job.task = assign.task;
  job.network = in_catalog(catalog_.networks, spec.network, "network");
  job.classes = static_cast<std::int32_t>(classes.classes.size());
  job.images = images_.of(spec.subset, classes, setup_.packs);
  job.artifact_dir = setup_.artifact_dir;
  job.sources = assign.sources;
  job.sources.insert(finished_.begin(), finished_.end());  // what was given wins
  job.resume = assign.resume;
  job.checkpoint_s = setup_.checkpoint_s;
  job.smoke = setup_.smoke;
  return job;
}

sched::Ended Trainer::answer(const sched::Assign& assign, sched::EndKind kind) const {
  sched::Ended ended;
  ended.fence = assign.fence;
  ended.task = assign.task.id;
  ended.kind = kind;
  ended.device = train::describe(assign.task.form);
  return ended;
}

}  // namespace espalier::trainer
