#pragma once
// How far the shards of a directory are, for `status` before they are merged.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::cli {

struct ShardProgress {
  std::int32_t shard = 0;  ///< 0: what several shards need
  std::int64_t tasks = 0, done = 0, unsuccessful = 0;
  std::string launch;         ///< as launch_state() says it; "not begun" where there is no store
  std::string job;            ///< of its newest launch; empty: there was none, or it was in no job
  std::uint32_t restart = 0;  ///< how often that was put back
  std::string ends;           ///< as ends_text() says them
};

/// Of each shard its own tasks. Empty where OUT was not cut, or has a journal: then everything is merged, or about to
/// be.
std::vector<ShardProgress> shard_progress(const std::filesystem::path& out, const store::State& state);

std::string shard_line(const ShardProgress& shard);

}  // namespace espalier::cli
