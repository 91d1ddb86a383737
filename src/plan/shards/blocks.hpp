#pragma once
// Groups the tasks of a plan that should stay in one shard.
#include <cstddef>
#include <limits>
#include <map>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

/// Tasks that share something. The more seconds they are in all, the sooner a link is cut.
struct Link {
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> members;  ///< ascending indices into SharedWork::tasks
  std::size_t source = kNone;        ///< the task that all members take units from; it goes to shard 0 where they part
  double seconds = 0;
};

/// The tasks that runs need, and what they share. Tasks are in the order of their ids, so that the order in which they
/// were listed changes nothing.
struct SharedWork {
  std::vector<const task::Task*> tasks;
  std::vector<bool> has_run;           ///< by task
  std::vector<task::Sharing> sharing;  ///< by task
  std::vector<Link> links;             ///< those of fewest seconds first
  std::map<TaskId, std::size_t> index;
};

/// The plan must outlive it.
SharedWork shared_work_of(const Plan& plan);

/// Tasks that are placed together. `roots` are those of them that runs ask for, ascending and never empty.
struct Block {
  std::vector<std::size_t> roots;
  double seconds = 0;  ///< without sources that other blocks need, too
};

/// Joins what is linked into blocks of at most `limit_s` each; a task of more seconds is a block of its own.
std::vector<Block> blocks_of(const SharedWork& work, double limit_s);

}  // namespace espalier::plan
