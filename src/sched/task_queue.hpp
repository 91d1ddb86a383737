#pragma once
// The tasks of a launch: who waits for whom, what is ready, longest path first.
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

#include "espalier/sched/events.hpp"

namespace espalier::sched {

struct Entry {
  task::Task task;
  plan::RunState state = plan::RunState::waiting;
  std::vector<Entry*> sources, dependents;
  double path_s = 0;         ///< cost of the longest chain that starts here
  std::int64_t index = 0;    ///< order of arrival, for ties
  std::int32_t missing = 0;  ///< sources that are not done yet
  std::int32_t attempts = 0, charged = 0;
  ArtifactId resume, finished;
  task::Moment resume_at;  ///< where `resume` stands
  bool in_hand = false, begun = false;
  WorkerId worker;   ///< while in hand
  WorkerId lost_at;  ///< the worker that lost it last
  Fence fence;       ///< of the latest order
};

struct LongestFirst {
  bool operator()(const Entry* left, const Entry* right) const {
    return left->path_s != right->path_s ? left->path_s > right->path_s : left->index < right->index;
  }
};

/// True for states that no event of this launch changes.
bool is_end(plan::RunState state);

/// Whether a worker may get a task that it was the last to lose.
enum class Retry : std::uint8_t { elsewhere, anywhere };

class TaskQueue {
 public:
  explicit TaskQueue(bool networks_wanted) : networks_wanted_(networks_wanted) {}

  /// Adds one task whose sources are known. Returns it, or null if it was known already.
  Entry* add(const AddedTask& added);
  /// Raises the priorities of what the new entries need. Call once after a batch, with the batch.
  void settle(const std::vector<Entry*>& batch);

  Entry* find(const TaskId& id) const;
  /// The best ready task for this worker, or null.
  Entry* pick(WorkerId worker, Retry retry) const;

  void take(Entry& entry);       ///< ready -> running
  void give_back(Entry& entry);  ///< running -> ready
  /// An end of any kind. Returns the tasks that can no longer run because of it, each once, nearest first.
  std::vector<Entry*> end(Entry& entry, plan::RunState state);
  /// Aborted because of a source.
  std::vector<Entry*> doomed(Entry& entry) const;

  bool serves(const Entry& source) const;  ///< done, with what its dependents need
  std::int64_t live() const { return live_; }
  const std::unordered_map<TaskId, std::unique_ptr<Entry>>& all() const { return entries_; }

 private:
  void raise(Entry& entry, double path_s);
  void reopen(Entry& entry);

  bool networks_wanted_;
  std::unordered_map<TaskId, std::unique_ptr<Entry>> entries_;
  std::set<Entry*, LongestFirst> ready_;
  std::int64_t live_ = 0;
};

}  // namespace espalier::sched
