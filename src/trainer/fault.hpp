#pragma once
// Crashes, hangs or slows the trainer on request, for fault tests. Does nothing unless ESPALIER_FAULT is set:
//   ESPALIER_FAULT="crash_at=TASKPREFIX:EPOCH:STEP"   dies of SIGSEGV before that step is reported
//   ESPALIER_FAULT="hang_at=TASKPREFIX:EPOCH:STEP"    never answers again
//   ESPALIER_FAULT="memory_at=TASKPREFIX:EPOCH:STEP"  runs out of memory
//   ESPALIER_FAULT="slow_at=TASKPREFIX:EPOCH:STEP"    takes 10 s for that step and for all that follow
//   ESPALIER_FAULT="slow_save=TASKPREFIX:EPOCH:STEP"  takes 12 s longer to save at that step and at all that follow
// TASKPREFIX may be empty (any task). With ESPALIER_FAULT_MARKER=FILE it happens once: where FILE exists nothing
// happens, and FILE is made right before.
#include <optional>
#include <string>

#include "espalier/task/task.hpp"

namespace espalier::trainer {

class Fault {
 public:
  Fault() = default;
  /// Throws UsageError if `order` cannot be read.
  Fault(const std::string& order, const std::string& marker);
  static Fault from_environment();

  /// Call after every step: crashes, hangs or sleeps if the fault is due, or throws std::bad_alloc.
  void strike(const TaskId& task, task::Moment at) const;
  /// How much longer a training checkpoint of this moment is to take, in seconds.
  int save_s(const TaskId& task, task::Moment at) const;

 private:
  enum class Kind { none, crash, hang, memory, slow, slow_save };
  void slow_down(task::Moment at) const;
  bool is_spent() const;

  Kind kind_ = Kind::none;
  std::string task_prefix_;
  task::Moment at_;
  std::string marker_;
  mutable task::Moment slowed_at_{-1, -1};  ///< members that take a step together are slowed once
};

}  // namespace espalier::trainer
