#pragma once
// Journals as they read after a study ran, made by hand: what status, aggregate and report are tested on.
#include <cmath>
#include <string>
#include <vector>

#include "espalier/store/state.hpp"
#include "support/rows.hpp"

namespace espalier::testing {

/// What a run measured at its end.
struct Measured {
  double valid_top1 = 0.5, test_top1 = 0.5;                     ///< of 1000 images each
  double train_loss = 1, valid_loss = 2, train_eval_loss = -1;  ///< train_eval is recorded where it is not negative
  double distance = -1, floor = -1;  ///< of a distance task, whose only row they are where they are not negative
};

class StateBuilder {
 public:
  StateBuilder() {
    state_.segments.push_back({1, "nodeA", 100, "", 0, 0, 0, "0.1.0 abc1234", 1000});
    state_.study.workers = 2;
    state_.next_segment = 2;
  }

  StateBuilder& study(const std::string& text) {
    state_.study.file_name = "study.toml";
    state_.study.text = text;
    return *this;
  }

  /// A pretraining of the source in a split: runs of that split made later start from it.
  StateBuilder& pretrain(const std::string& split, const Measured& measured) {
    auto& task = add_task("pretrain/" + split);
    sources_[split] = task.task.id;
    finish(task, measured);
    return *this;
  }

  StateBuilder& done(const std::string& experiment, std::vector<plan::Label> labels, const Measured& measured) {
    finish(add_run(experiment, std::move(labels)), measured);
    return *this;
  }

  StateBuilder& failed(const std::string& experiment, std::vector<plan::Label> labels, const std::string& cause) {
    auto& task = add_run(experiment, std::move(labels));
    end(task, task::RunState::failed, cause);
    task.diverged = cause.starts_with("diverged");
    return *this;
  }

  StateBuilder& waiting(const std::string& experiment, std::vector<plan::Label> labels) {
    add_run(experiment, std::move(labels));
    return *this;
  }

  StateBuilder& running(const std::string& experiment, std::vector<plan::Label> labels) {
    auto& task = add_run(experiment, std::move(labels));
    task.state = task::RunState::running;
    task.attempts.push_back({{1, 1}, {1}, {}, clock_, 0, "", ""});
    return *this;
  }

  /// A run whose selection is not made yet.
  StateBuilder& later(const std::string& experiment, std::vector<plan::Label> labels, const std::string& waits_for) {
    plan::PlannedRun run = planned(experiment, std::move(labels));
    run.task = {};
    run.waits_for = waits_for;
    push(std::move(run));
    return *this;
  }

  StateBuilder& selection(plan::SelectionOutcome outcome) {
    state_.selections.push_back(std::move(outcome));
    return *this;
  }

  store::State& state() { return state_; }
  const store::State& state() const { return state_; }

  static std::string text_of(const std::vector<plan::Label>& labels) {
    std::string text;
    for (const auto& label : labels) text += label.axis + "=" + label.value + ",";
    return text;
  }

 private:
  plan::PlannedRun planned(const std::string& experiment, std::vector<plan::Label> labels) {
    plan::PlannedRun run;
    const std::string text = text_of(labels);
    run.id = RunId::of(sha256(experiment + "/" + text));
    run.experiment = experiment;
    run.labels = std::move(labels);
    run.measured = made_measured();
    run.task = TaskId::of(sha256(text));  // equal cells of two experiments are one task
    return run;
  }

  void push(plan::PlannedRun run) {
    state_.run_index.emplace(run.id, state_.runs.size());
    state_.runs.push_back({std::move(run), true});
  }

  store::TaskState& add_task(const std::string& text) {
    const auto id = TaskId::of(sha256(text));
    auto& task = state_.tasks[id];
    task.task.id = id;
    task.task.epoch_images = 1000;
    task::training(task.task).length.epoch = 20;
    task.task.record = made_record({metrics::Subset::valid, metrics::Subset::test, metrics::Subset::train_eval});
    return task;
  }

  store::TaskState& add_run(const std::string& experiment, std::vector<plan::Label> labels) {
    const std::string text = text_of(labels);
    plan::PlannedRun run = planned(experiment, std::move(labels));
    auto& task = add_task(text);
    const std::string* split = run.label("split");
    if (split && sources_.count(*split)) task.task.inputs = {{sources_[*split], task::InputRole::pretraining}};
    push(std::move(run));
    return task;
  }

  void end(store::TaskState& task, task::RunState state, const std::string& cause) {
    task.state = state;
    task.cause = cause;
    const std::string outcome = state == task::RunState::done ? "done" : cause;
    task.attempts.push_back({{1, 1}, {1}, {}, clock_, clock_ + 10, outcome, ""});
    clock_ += 10;
    task.seconds = 10;
    task.epoch_images = task.task.epoch_images;
    task.device = "cpu: test, 1 thread";
  }

  void finish(store::TaskState& task, const Measured& m) {
    end(task, task::RunState::done, "");
    const auto count = [](double rate) { return static_cast<std::int64_t>(std::lround(rate * 1000)); };
    using metrics::Subset;
    task.rows.clear();
    if (m.distance >= 0) {
      auto row = measured_row(0, Subset::test, 0, 0, 0, 1);
      row.values = {};
      row.values.set(metrics::parse_metric("test.distance").metric, m.distance);
      row.values.set(metrics::parse_metric("test.floor").metric, m.floor);
      task.rows.push_back({{1, 1}, row});
      return;
    }
    for (const int epoch : {10, 20}) {  // what was measured half-way must never be taken for the result
      const double share = epoch == 20 ? 1 : 0.5;
      const auto row = [&](Subset subset, double loss, double top1) {
        const auto right = count(top1 * share);
        task.rows.push_back(
            {{1, 1}, measured_row(epoch, subset, loss / share, right, std::min<std::int64_t>(1000, 2 * right), 1000)});
      };
      row(Subset::train, m.train_loss, 0.9);
      row(Subset::valid, m.valid_loss, m.valid_top1);
      row(Subset::test, m.valid_loss + 0.1, m.test_top1);
      if (m.train_eval_loss >= 0 && epoch == 20) row(Subset::train_eval, m.train_eval_loss, 0.95);
    }
  }

  store::State state_;
  std::map<std::string, TaskId> sources_;
  double clock_ = 1000;
};

}  // namespace espalier::testing
