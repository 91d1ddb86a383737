#pragma once
// The scheduler's state and one handler per event; scheduler.cpp is its public face.
#include <deque>
#include <map>
#include <optional>
#include <set>

#include "espalier/sched/scheduler.hpp"
#include "sched/task_queue.hpp"

namespace espalier::sched {

struct Worker {
  bool in_service = true;
  std::set<Entry*> in_hand;
  double load_s = 0;                ///< expected seconds of its bundles in hand
  double free_at = 0;               ///< when it is expected to be idle
  double heard = 0;                 ///< when its last message came, in watched_s_
  std::set<TaskId> lost;            ///< different tasks lost since its last success
  std::int32_t machine_losses = 0;  ///< since its last success, by the machine's fault
  double rests_until = 0;           ///< after such a loss
  bool is_excused = false;          ///< it has found a damaged file, and will end for that
  std::deque<std::uint64_t> warm;   ///< features its trainer used last, newest first
};

/// Tasks that go to one worker or group together, and their cost as a bundle.
struct PickedBundle {
  std::vector<Entry*> tasks;
  double cost_s = 0;
};

struct Scheduler::Core {
  explicit Core(const Options& chosen) : options(chosen), tasks(chosen.networks_wanted) {}

  void on(const protocol::Hello& hello);
  void on(TasksAdded& added);  ///< moves the tasks out
  void on(const protocol::Started& started);
  void on(const protocol::Progress& progress);
  void on(const protocol::Rows& rows);
  void on(const protocol::CheckpointMade& made);
  void on(const protocol::Ended& ended);
  void on(const protocol::TrainerFailure& failure);
  void on(const protocol::Alive& alive);
  void on(const protocol::Goodbye& goodbye);
  void on(const ArtifactLost& lost);
  void on(const TasksGivenBack& given);
  void on(const TasksCancelled& cancelled);
  void on(const StopRequested&);
  void on(const Tick&);
  void assign_all();

  Options options;
  TaskQueue tasks;
  std::map<WorkerId, Worker> workers;
  std::set<WorkerId> roomy;  ///< workers that may get more
  bool stopping = false;
  double now = 0;
  std::optional<double> seconds_per_cost;  ///< learned: real seconds per estimated second
  Commands answer;

 private:
  Entry* current(const TaskId& task, Fence fence);
  std::uint64_t groups_ = 0;  ///< number of groups made so far
  std::set<Entry*> resting_;  ///< tasks that the machine could not do, until they are tried again
  std::set<Entry*> parked_;   ///< those that this launch tries no more
  std::string last_trouble_;  ///< of the last one parked
  int stuck_ticks_ = 0;       ///< ticks in a row at which only parked tasks were left
  double watched_s_ = 0;      ///< seconds in which this process ran, by its ticks
  double ticked_ = 0;         ///< when the last tick came
  double expected_s(double cost_s) const { return cost_s * seconds_per_cost.value_or(1); }
  bool has_room(const Worker& worker, double cost_s) const;
  Entry* pick(WorkerId id, const Worker& worker, Retry retry) const;
  double room_s(const Worker& worker) const;
  PickedBundle bundle_of(Entry& first, double room_s) const;
  double fair_share_s() const;
  bool assign_round(Retry retry);
  bool assign_to(WorkerId id, Retry retry);
  void assign(const std::vector<WorkerId>& to, const PickedBundle& bundle);
  std::size_t group_size_of(const Entry& entry) const;
  bool assign_group(Entry& entry, Retry retry);
  double group_begins(const Entry& entry) const;
  void disband(const protocol::Group& group, WorkerId but);
  std::vector<WorkerId> holders_of(const Entry& entry) const;
  bool holds(WorkerId worker, Entry& entry) const { return workers.at(worker).in_hand.contains(&entry); }
  protocol::TaskAssignment assignment_for(const std::vector<WorkerId>& to, Entry& entry);
  void update_room(WorkerId id, const Worker& worker);
  void release(Entry& entry);
  void begin(Entry& entry, task::Moment resumed_from);
  void finish(Entry& entry, const TaskEnded& end);
  void abort_all(const std::vector<Entry*>& entries, const Entry& source, const std::string& cause);
  void abort_hopeless(const std::vector<Entry*>& batch);
  std::vector<Entry*> begun_of(const protocol::TrainerFailure& failure);
  void lose(const std::vector<Entry*>& entries, const protocol::TrainerFailure& failure);
  void retry_or_quarantine(Entry& entry, const protocol::TrainerFailure& failure);
  double rest_s(std::int32_t losses) const;
  void rest(Worker& worker);
  void rest(Entry& entry, const protocol::TrainerFailure& failure);
  void wake();
  void give_up_if_stuck();
  void judge(const protocol::TrainerFailure& last, Worker& worker);
};

}  // namespace espalier::sched
