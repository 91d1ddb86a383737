#pragma once
// Cuts a plan into shards: parts that independent jobs work on, each with a store of its own.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"

namespace espalier::plan {

struct ShardCut {
  std::int32_t shards = 1;
  std::map<RunId, std::int32_t> runs;    ///< 1 to `shards`; runs that wait for a selection are in none
  std::map<TaskId, std::int32_t> tasks;  ///< of every task; 0: runs of several shards need it
};

/// Gives every run that has a task a shard. What shares a pretraining, stages or features stays together where that
/// costs little time; a task in a shard needs only tasks of that shard and of shard 0. Depends on neither the order of
/// the listing nor on what is done, but on the tasks' costs and forms.
ShardCut cut_into_shards(const Plan& plan, std::int32_t shards);

/// The cut of a study before anything is done. Every job computes it alone and must find the same, so that it depends
/// neither on results nor on threads, memory, measured costs and passes. A study with errors gives an empty cut.
ShardCut cut_study(const study::Study& study, const Facts& facts, const std::string& only, std::int32_t shards);

/// The plan's tasks of a shard, and those of shard 0 that they need. Tasks that the cut does not know are in no shard.
std::set<TaskId> tasks_of_shard(const ShardCut& cut, const Plan& plan, std::int32_t shard);

/// What one shard has to do in all, done or not.
struct ShardWork {
  std::int64_t runs = 0, tasks = 0;
  double seconds = 0;  ///< on one worker, with shared stages counted once; without features
};
/// Of shards 0 to `cut.shards`.
std::vector<ShardWork> work_of_shards(const ShardCut& cut, const Plan& plan);

}  // namespace espalier::plan
