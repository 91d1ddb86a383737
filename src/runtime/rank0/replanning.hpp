#pragma once
// Plans at the start and again whenever a selection can be made; remembers what this launch has planned.
#include <map>
#include <vector>

#include "espalier/runtime/launch.hpp"
#include "espalier/sched/scheduler.hpp"
#include "runtime/rank0/artifact_store.hpp"
#include "runtime/rank0/exit_decision.hpp"
#include "runtime/rank0/journaled_state.hpp"

namespace espalier::runtime {

/// What agents and scheduler must learn of a new plan.
struct PlanNews {
  task::Catalog catalog;           ///< what was not journaled before
  std::vector<TaskId> given_back;  ///< tasks that were cancelled and are wanted again
  std::vector<sched::AddedTask> tasks;
};

class Replanning {
 public:
  /// All references must outlive this. The scheduler is only asked which tasks it knows.
  Replanning(const LaunchOptions& options, const Replan& replan, JournaledState& journal, ArtifactStore& artifacts,
             const sched::Scheduler& scheduler);

  /// Throws UsageError for another number of threads than the first launch had, since threads change last bits.
  void check_form() const;
  /// Compiles the study for what is known, journals the differences, and makes them durable. Throws UsageError where
  /// the study cannot be planned.
  PlanNews plan_again();
  /// A task has ended for good: a selection may be due. Warns of a source that turned out weak.
  void note_end(const sched::TaskEnded& end);
  /// Whether a task has ended since the last plan, or since the last call of take_due().
  bool has_new_ends() const { return ended_since_plan_; }
  /// Whether a selection has become due by the ends that were noted; forgets them.
  bool take_due();

  const LaunchScope& scope() const { return scope_; }
  /// Which networks are kept of those that runs keep to be chosen from; nothing while work is left.
  plan::NetworkChoice networks() const;

 private:
  Planned compile() const;
  Planned compile_with_recovered(PlanNews& news);
  bool take_back(plan::Plan& plan, PlanNews& news);
  std::vector<task::Task> unlisted_tasks(const plan::Plan& plan) const;
  void take_back_selections();
  std::vector<TaskId> give_back_wanted(const Planned& planned);
  void note_gone(const PlanNews& news);
  void drop_cancelled(PlanNews& news);
  void keep_forms(plan::Plan& plan) const;
  std::vector<task::Task> changed_tasks(const plan::Plan& plan, const plan::Outcomes& outcomes);
  std::vector<sched::AddedTask> new_tasks(const Planned& planned, const plan::Outcomes& outcomes);
  void ask_for_missing(sched::AddedTask& added) const;
  bool records_more(const task::Task& task) const;
  void watch_pending(const plan::Plan& plan);
  bool selection_is_due() const;

  const LaunchOptions& options_;
  const Replan& replan_;
  JournaledState& journal_;
  ArtifactStore& artifacts_;
  const sched::Scheduler& scheduler_;
  LaunchScope scope_;
  std::map<TaskId, SourceThreshold> thresholds_;
  std::vector<std::vector<TaskId>> pending_;  ///< for each selection that can be made next, the tasks it needs
  bool ended_since_plan_ = false;
  bool has_sought_ = false;  ///< what was lost, in this launch
};

/// What the journal knows of a task from earlier launches. Files that are gone are not in it.
sched::History history_of(const store::State& state, const task::Task& task, const plan::Outcomes& outcomes,
                          const ArtifactStore& artifacts);

}  // namespace espalier::runtime
