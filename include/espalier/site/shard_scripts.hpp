#pragma once
// The batch scripts of a study in shards: a first job, an array with a job for each shard, and a last one that merges.
#include "espalier/site/batch_script.hpp"

namespace espalier::site {

struct ShardedRequest {
  JobRequest job;                      ///< of each; `command`: espalier run STUDY ..., without --out and --shard
  std::vector<std::string> calibrate;  ///< espalier calibrate STUDY ..., without --out and --workers
  std::int32_t shards = 1;
};

/// Whole scripts, in the order in which the jobs run. Each of the last two waits for the end of the one before, however
/// that ended (afterany): a shard with failed runs must not keep the others from being merged.
struct ShardScripts {
  std::string first;   ///< measures costs, fixes the numeric forms of all tasks, and trains what several shards need
  std::string shards;  ///< an array: each begins with a merge of the first job's store and runs its shard
  std::string last;    ///< merges all stores into OUT, then runs what is left: what waited for selections
};
ShardScripts shard_scripts(const ShardedRequest& request, const Profile& profile);

/// OUT/shards/N: the store of a shard; of the first job, 0.
std::filesystem::path store_of_shard(const std::filesystem::path& out, std::int32_t shard);

}  // namespace espalier::site
