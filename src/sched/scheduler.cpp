// Passes events to the scheduler's core and returns its commands; answers queries about tasks.
#include "espalier/sched/scheduler.hpp"

#include "espalier/core/checks.hpp"
#include "sched/scheduler_core.hpp"

namespace espalier::sched {

Scheduler::Scheduler(const Options& options) : core_(std::make_unique<Core>(options)) {}
Scheduler::~Scheduler() = default;
Scheduler::Scheduler(Scheduler&&) noexcept = default;
Scheduler& Scheduler::operator=(Scheduler&&) noexcept = default;

Commands Scheduler::on(Event event, double now) {
  core_->now = now;
  std::visit([&](auto& one) { core_->on(one); }, event);
  core_->assign_all();
  return std::exchange(core_->answer, {});
}

bool Scheduler::all_ended() const { return core_->tasks.live() == 0; }

bool Scheduler::all_left() const { return core_->stopping && core_->workers.empty(); }

bool Scheduler::knows(const TaskId& task) const { return core_->tasks.find(task) != nullptr; }

task::RunState Scheduler::state_of(const TaskId& task) const {
  const Entry* entry = core_->tasks.find(task);
  ESPALIER_EXPECT(entry != nullptr);
  return entry->state;
}

TaskCounts Scheduler::counts() const {
  TaskCounts counts;
  for (const auto& [id, entry] : core_->tasks.all()) {
    if (entry->state == task::RunState::waiting) ++counts.waiting;
    else if (entry->state == task::RunState::ready) ++counts.ready;
    else if (entry->state == task::RunState::running) ++counts.in_hand;
    else if (entry->state == task::RunState::done) ++counts.done;
    else ++counts.unsuccessful;
  }
  return counts;
}

}  // namespace espalier::sched
