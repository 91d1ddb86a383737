#pragma once
// The tasks of a launch: dependencies, which are ready, and their order (longest path first).
#include <memory>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "espalier/sched/events.hpp"

namespace espalier::sched {

struct Entry {
  task::Task task;
  task::Sharing sharing;
  std::optional<task::RecordSpec> wider;  ///< asked for while it was in hand: in time only if it is done again
  task::RunState state = task::RunState::waiting;
  std::vector<Entry*> sources, dependents;
  double path_s = 0;         ///< cost of the longest chain that starts here
  std::int64_t index = 0;    ///< order of arrival, for ties
  std::int32_t missing = 0;  ///< sources that are not done yet
  std::int32_t attempts = 0, charged = 0;
  std::int32_t machine_losses = 0;  ///< in this launch, by the machine's fault
  std::int32_t memory_losses = 0;   ///< the same for want of memory, also in earlier ones
  double rests_until = 0;           ///< after such a loss
  ArtifactId resume, finished;
  task::Moment resume_at;  ///< the moment of `resume`
  bool measure = false;    ///< only `finished` is measured
  bool in_hand = false, begun = false;
  WorkerId worker;        ///< while in hand; the leader, if a group has it
  protocol::Group group;  ///< while in hand, if a group has it
  WorkerId lost_at;       ///< the worker that lost it last
  Fence fence;            ///< of the last dispatch
  double share_s = 0;     ///< its share of the bundle's cost, while in hand
  double load_s = 0;      ///< the same in expected seconds at the time it was given out
};

struct LongestFirst {
  bool operator()(const Entry* left, const Entry* right) const {
    return left->path_s != right->path_s ? left->path_s > right->path_s : left->index < right->index;
  }
};

/// Whether a worker may get back a task that it lost last.
enum class Retry : std::uint8_t { elsewhere, anywhere };

using ReadyTasks = std::set<Entry*, LongestFirst>;

class TaskQueue {
 public:
  explicit TaskQueue(bool networks_wanted) : networks_wanted_(networks_wanted) {}

  /// Call before `count` tasks are added, for speed.
  void make_room(std::size_t count) {
    if (entries_.empty()) entries_.reserve(count);
  }
  /// Adds a task whose sources are known. Returns its entry, or null if it was known already.
  Entry* add(AddedTask added);
  /// Raises the priorities of the tasks that the new ones need. Call once after each batch, with that batch.
  void settle(const std::vector<Entry*>& batch);

  Entry* find(const TaskId& id) const;
  /// The best ready task for this worker, or null.
  Entry* pick(WorkerId worker, Retry retry) const;
  /// The best ready task for a single worker that is estimated to take at most `seconds`, among the next few; or null.
  Entry* pick_short(WorkerId worker, Retry retry, double seconds) const;
  /// The best ready task that uses these features and was never lost, or null.
  Entry* pick_with_features(std::uint64_t features) const;
  /// Ready tasks of the same family; next, those with the same replicas. Never null.
  const ReadyTasks& family_of(const Entry& entry) const { return group(by_family_, entry.sharing.family); }
  const ReadyTasks& replicas_of(const Entry& entry) const { return group(by_replicas_, entry.sharing.replicas); }
  const ReadyTasks& ready() const { return ready_; }
  /// The summed cost of all ready tasks, each counted alone.
  double ready_cost_s() const { return ready_.empty() ? 0 : ready_cost_s_; }

  void take(Entry& entry);       ///< ready -> running
  void give_back(Entry& entry);  ///< running -> ready, or waiting where a source was lost meanwhile
  void rest(Entry& entry);       ///< running -> waiting, until given back
  /// The network that a task kept is lost: the task is done again if another one still needs it.
  void lose_network(Entry& entry);
  /// Ended without being done -> waiting, with a full budget. Then call settle() with all of these.
  void revive(Entry& entry);
  /// Ends a task in any final state. One that is done without a network that others have come to need meanwhile is done
  /// again. Returns the tasks that can no longer run because of it, each once, nearest first.
  std::vector<Entry*> end(Entry& entry, task::RunState state);
  /// The tasks that must be aborted because of this source.
  std::vector<Entry*> doomed(Entry& entry) const;

  bool serves(const Entry& source) const;  ///< done, and with the network its dependents need
  std::int64_t live() const { return live_; }
  const std::unordered_map<TaskId, std::unique_ptr<Entry>>& all() const { return entries_; }

 private:
  using Groups = std::unordered_map<std::uint64_t, ReadyTasks>;
  static const ReadyTasks& group(const Groups& groups, std::uint64_t key);
  void raise(Entry& entry, double path_s);
  void reopen(Entry& entry);
  void count_missing(Entry& entry) const;
  void insert_ready(Entry& entry);
  bool erase_ready(Entry& entry);

  bool networks_wanted_;
  std::unordered_map<TaskId, std::unique_ptr<Entry>> entries_;
  ReadyTasks ready_;
  Groups by_family_, by_replicas_, by_features_;  ///< ready tasks by what they can share
  double ready_cost_s_ = 0;
  std::int64_t live_ = 0;
};

}  // namespace espalier::sched
