#include "espalier/train/training.hpp"

#include <chrono>
#include <cmath>
#include <optional>

#include "espalier/core/seed.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/train/stepper.hpp"
#include "train/evaluate.hpp"
#include "train/prepare_network.hpp"
#include "train/results.hpp"
#include "train/training_state.hpp"

namespace espalier::train {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

constexpr double kProgressEvery_s = 0.5;

Timeline timeline_of(const Job& job) {
  const Timeline whole(job.images->train.size(), job.task.train.batch, job.task.train.length);
  return job.smoke ? whole.cut(1) : whole;
}

/// A training that is under way. Anything but Order::go_on is handed up to run().
class Training {
 public:
  Training(const Job& job, Control& control, Sink& sink)
      : job_(job),
        control_(control),
        sink_(sink),
        timeline_(timeline_of(job)),
        network_(prepare_network(job)),
        batches_(job.task.train),
        stepper_(network_, job.task.train, timeline_) {
    if (!job_.resume.empty()) {
      position_ = load_training(job_.artifact_dir, job_.resume, job_.task.id, network_, stepper_.optimiser());
    }
    sink_.started(position_.at);
  }

  Outcome run() {
    Order order = train_epoch();
    while (order == Order::go_on && diverged_.empty()) {
      const bool last = timeline_.is_end(position_.at);
      order = measure(last);
      if (order != Order::go_on || !diverged_.empty()) break;
      position_ = {timeline_.normalised(position_.at), {}};
      if (last) return finish();
      if (!job_.smoke && seconds_since(saved_) >= job_.checkpoint_s) save();
      order = train_epoch();
    }
    if (!diverged_.empty()) return outcome(End::diverged);
    if (order == Order::stop && !job_.smoke) save();
    return outcome(order == Order::stop ? End::stopped : End::cancelled);
  }

 private:
  /// To the end of the epoch, or of the training.
  Order train_epoch() {
    if (position_.at.step >= timeline_.steps_in(position_.at.epoch)) return Order::go_on;
    const auto& set = job_.images->train;
    const auto order = permutation(static_cast<std::int32_t>(set.size()),
                                   derive(job_.task.train.order_seed, static_cast<std::uint64_t>(position_.at.epoch)));
    while (position_.at.step < timeline_.steps_in(position_.at.epoch)) {
      step(order);
      if (!diverged_.empty()) return Order::go_on;
      const Order wish = ask();
      if (wish != Order::go_on) return wish;
    }
    return Order::go_on;
  }

  void step(const std::vector<std::int32_t>& order) {
    const auto& set = job_.images->train;
    const std::size_t batch = static_cast<std::size_t>(job_.task.train.batch);
    const std::size_t first = static_cast<std::size_t>(position_.at.step) * batch;
    const std::size_t last = std::min(first + batch, order.size());
    const std::vector<std::int64_t> positions(order.begin() + static_cast<std::ptrdiff_t>(first),
                                              order.begin() + static_cast<std::ptrdiff_t>(last));
    const at::Tensor images = batches_.training(set, positions, position_.at.epoch, position_.at.step);
    const double loss = stepper_.step(images, labels_at(set, positions), position_.at, position_.running);
    if (!std::isfinite(loss)) return diverge("the training loss", loss);
    images_trained_ += static_cast<std::int64_t>(positions.size());
    ++position_.at.step;
  }

  static at::Tensor labels_at(const data::ImageSet& set, const std::vector<std::int64_t>& positions) {
    at::Tensor labels = at::empty({static_cast<std::int64_t>(positions.size())}, at::kLong);
    const auto* all = set.labels.const_data_ptr<std::int64_t>();
    auto* out = labels.mutable_data_ptr<std::int64_t>();
    for (const std::int64_t position : positions) *out++ = all[position];
    return labels;
  }

  /// What others want, and a heartbeat when one is due.
  Order ask() {
    if (seconds_since(told_) >= kProgressEvery_s) {
      sink_.progress(position_.at, images_trained_);
      told_ = Clock::now();
    }
    return control_.after_step(position_.at);
  }

  bool due(bool last) const {
    const std::int32_t every = job_.task.record.evaluate_every;
    return last || (every > 0 && (position_.at.epoch + 1) % every == 0);
  }

  /// Rows of the epoch that ends here. They are given out together, or not at all if interrupted: a training resumed
  /// from here measures again.
  Order measure(bool last) {
    const task::Moment at = timeline_.normalised(position_.at);
    std::vector<metrics::Row> rows;
    if (position_.running.count > 0) rows.push_back(position_.running.row(metrics::Subset::train, at));
    Order order = Order::go_on;
    const auto add = [&](metrics::Subset subset, const data::ImageSet& set) {
      if (order != Order::go_on || set.size() == 0) return;
      Evaluation result = evaluate(network_, batches_, set, limits(order));
      rows.push_back(result.score.row(subset, at));
      if (subset == metrics::Subset::test) predicted_ = std::move(result.labels);
    };
    const auto& record = job_.task.record;
    if (record.valid && due(last)) add(metrics::Subset::valid, job_.images->valid);
    if (record.test && due(last)) add(metrics::Subset::test, job_.images->test);
    if (record.fit && last) add(metrics::Subset::fit, job_.images->train);
    if (order == Order::go_on) give_out(rows);
    return order;
  }

  EvaluationLimits limits(Order& order) {
    return {job_.smoke ? kEvaluationBatch : -1, [this, &order] { return (order = ask()) == Order::go_on; }};
  }

  void give_out(const std::vector<metrics::Row>& rows) {
    for (const auto& row : rows) {
      if (!std::isfinite(row.loss)) return diverge(std::string("the loss on ") + name_of(row.subset), row.loss);
    }
    if (!rows.empty()) sink_.rows(rows);
  }

  Outcome finish() {
    const auto& record = job_.task.record;
    if (record.keep != task::Keep::none || job_.task.kind == task::TaskKind::pretrain) {
      written(Written::finished, write_finished(job_, network_, position_.at));
    }
    if (!job_.smoke && !predicted_.empty()) {
      written(Written::predictions, write_predictions(job_, predicted_, position_.at));
    }
    return outcome(End::done);
  }

  void save() {
    written(Written::training,
            save_training(job_.artifact_dir, job_.task.id, network_, stepper_.optimiser(), position_));
    saved_ = Clock::now();
  }

  void written(Written kind, const data::WrittenArtifact& file) {
    sink_.checkpoint({kind, position_.at, file.id, file.bytes});
  }

  void diverge(const std::string& what, double loss) {
    diverged_ = what + " is " + (std::isnan(loss) ? "not a number" : "infinite") + " at epoch " +
                std::to_string(position_.at.epoch) + ", step " + std::to_string(position_.at.step);
  }

  Outcome outcome(End end) const { return {end, diverged_, seconds_since(begun_), images_trained_}; }

  const Job& job_;
  Control& control_;
  Sink& sink_;
  Clock::time_point begun_ = Clock::now(), saved_ = begun_, told_ = begun_;
  Timeline timeline_;
  model::UnitNetwork network_;
  data::BatchMaker batches_;
  Stepper stepper_;
  Position position_;
  std::int64_t images_trained_ = 0;
  std::vector<std::int32_t> predicted_;
  std::string diverged_;
};

}  // namespace

Outcome train(const Job& job, Control& control, Sink& sink) {
  apply(job.task.form);
  return Training(job, control, sink).run();
}

}  // namespace espalier::train
