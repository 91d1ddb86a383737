#pragma once
// Short ways to say what happens to a scheduler, and to look at its answer piece by piece.
#include <catch2/catch.hpp>
#include <string>

#include "espalier/sched/scheduler.hpp"

namespace espalier::sched {

inline TaskId id(const std::string& name) { return {name}; }

inline AddedTask added(const std::string& name, double cost_s = 10, std::vector<std::string> needs = {}) {
  AddedTask one;
  one.task.id = id(name);
  one.task.cost_s = cost_s;
  for (const auto& need : needs) one.task.inputs.push_back({id(need), task::InputRole::pretraining});
  return one;
}

/// A training of ten steps an epoch whose rate falls at `decay`; costs a second a step.
inline AddedTask training(const std::string& name, std::int32_t decay, task::Sharing sharing, std::int32_t epochs = 4) {
  AddedTask one = added(name, 10.0 * epochs);
  one.task.images = 100;
  task::training(one.task).batch = 10;
  task::training(one.task).length = {epochs, 0};
  task::training(one.task).units.resize(1);
  task::training(one.task).units[0].rates = {{{0, 0}, 1}};
  if (decay < epochs) task::training(one.task).units[0].rates.push_back({{decay, 0}, 0.1f});
  one.sharing = sharing;
  return one;
}

/// The commands of one answer, taken out one by one; `nothing_else` fails on what was not asked about.
class Answer {
 public:
  explicit Answer(Commands commands) : commands_(std::move(commands)) {}

  protocol::TaskAssignment assigned(int worker, const std::string& task) {
    REQUIRE(!commands_.dispatches.empty());
    auto& [receiver, bundle, cost_s] = commands_.dispatches.front();
    CHECK(receiver.rank == worker);
    const protocol::TaskAssignment first = bundle.tasks.front();
    CHECK(first.task.id.hex == task);
    bundle.tasks.erase(bundle.tasks.begin());
    if (bundle.tasks.empty()) commands_.dispatches.erase(commands_.dispatches.begin());
    return first;
  }
  /// The next dispatch of one task, whichever it is.
  protocol::TaskAssignment any(int worker) {
    REQUIRE(!commands_.dispatches.empty());
    return assigned(worker, commands_.dispatches.front().bundle.tasks.front().task.id.hex.str());
  }
  std::vector<std::pair<WorkerId, protocol::Cancel>> cancels() { return std::exchange(commands_.cancel, {}); }
  /// How many tasks the next dispatch holds.
  std::size_t bundled() const {
    return commands_.dispatches.empty() ? 0 : commands_.dispatches.front().bundle.tasks.size();
  }
  protocol::Bundle bundle(int worker) {
    REQUIRE(!commands_.dispatches.empty());
    const Dispatch first = commands_.dispatches.front();
    commands_.dispatches.erase(commands_.dispatches.begin());
    CHECK(first.worker.rank == worker);
    return first.bundle;
  }
  template <class FactType>
  FactType fact() {
    REQUIRE(!commands_.facts.empty());
    Fact first = commands_.facts.front();
    commands_.facts.erase(commands_.facts.begin());
    REQUIRE(std::holds_alternative<FactType>(first));
    return std::get<FactType>(first);
  }
  void ended(const std::string& task, task::RunState state) {
    const auto end = fact<TaskEnded>();
    CHECK(end.task.hex == task);
    CHECK(name_of(end.state) == std::string(name_of(state)));
  }
  /// The end of a task, done, and the dispatch that follows.
  protocol::TaskAssignment fact_and_assigned(const std::string& task, const std::string& next) {
    ended(task, task::RunState::done);
    return assigned(1, next);
  }
  std::vector<WorkerId> stops() { return std::exchange(commands_.stop, {}); }
  std::vector<std::string> warnings() { return std::exchange(commands_.warnings, {}); }
  std::string relaunch() { return std::exchange(commands_.relaunch, ""); }
  std::string give_up() { return std::exchange(commands_.give_up, ""); }
  Answer& nothing_else() {
    CHECK(commands_.dispatches.empty());
    CHECK(commands_.facts.empty());
    CHECK(commands_.stop.empty());
    CHECK(commands_.disband.empty());
    CHECK(commands_.cancel.empty());
    CHECK(commands_.warnings.empty());
    CHECK(commands_.give_up.empty());
    CHECK(commands_.relaunch.empty());
    return *this;
  }

 private:
  Commands commands_;
};

/// A scheduler with a clock that the test moves.
class Scene {
 public:
  explicit Scene(Options options = {}) : scheduler(with_segment(options)) {}

  Answer on(const Event& event) { return Answer(scheduler.on(event, now)); }
  Answer hello(int worker) { return on(protocol::Hello{{worker}}); }
  Answer add(std::vector<AddedTask> tasks) { return on(TasksAdded{std::move(tasks)}); }
  Answer started(const protocol::TaskAssignment& assignment) {
    return on(protocol::Started{assignment.fence, assignment.task.id});
  }
  Answer finished_network(const protocol::TaskAssignment& assignment, const std::string& artifact) {
    return on(
        protocol::CheckpointMade{assignment.fence, assignment.task.id, task::ArtifactKind::finished, {}, {artifact}});
  }
  Answer ended(const protocol::TaskAssignment& assignment, task::End kind = task::End::done, double seconds = 10) {
    return on(protocol::Ended{assignment.fence, assignment.task.id, kind, "", seconds});
  }
  Answer lost(int worker, const protocol::TaskAssignment& assignment, std::vector<std::string> unstarted = {}) {
    protocol::TrainerFailure message{
        {worker}, task::FailureCause::killed, 9, 0, "", {{assignment.task.id, assignment.fence}}, {}};
    for (const auto& name : unstarted) message.unstarted.push_back(id(name));
    return on(message);
  }
  /// By no fault of the task.
  Answer lost_by_machine(int worker, const protocol::TaskAssignment& assignment) {
    return on(protocol::TrainerFailure{{worker},
                                       task::FailureCause::environment,
                                       0,
                                       77,
                                       "no space left\n",
                                       {{assignment.task.id, assignment.fence}},
                                       {},
                                       Culprit::machine});
  }
  Answer lost_for_memory(int worker, const protocol::TaskAssignment& assignment) {
    protocol::TrainerFailure message{{worker}, task::FailureCause::out_of_memory,        0, 3,
                                     "",       {{assignment.task.id, assignment.fence}}, {}};
    message.culprit = Culprit::machine;
    return on(message);
  }
  Answer tick(double after_s) {
    now += after_s;
    return on(Tick{});
  }

  /// A tick a second, for so long; the last answer.
  Answer silent_for(int seconds) {
    for (int i = 1; i < seconds; ++i) tick(1).nothing_else();
    return tick(1);
  }

  Scheduler scheduler;
  double now = 0;

 private:
  static Options with_segment(Options options) {
    options.segment = 4;
    return options;
  }
};

}  // namespace espalier::sched
