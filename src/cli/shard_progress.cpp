// Reads the stores in OUT/shards and counts what each has done beside what it began with.
#include "cli/shard_progress.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "cli/job_starts.hpp"
#include "cli/lock_probe.hpp"
#include "cli/result_dir.hpp"
#include "cli/shard_cut_file.hpp"
#include "espalier/site/shard_scripts.hpp"

namespace espalier::cli {

std::vector<ShardProgress> shard_progress(const std::filesystem::path& out, const store::State& state) {
  std::vector<ShardProgress> all;
  const auto cut = state.segments.empty() ? read_cut(out) : std::nullopt;
  if (!cut) return all;
  std::unordered_set<TaskId> shared;  // ended in shard 0
  for (std::size_t i = 0; i < cut->shards.size(); ++i) {
    auto& shard = all.emplace_back();
    shard.shard = static_cast<std::int32_t>(i);
    shard.tasks = cut->shards[i].tasks;
    shard.launch = "not begun";
    const auto store = site::store_of_shard(out, shard.shard);
    if (!std::filesystem::exists(store / "journal")) continue;
    const auto its_state = read_brief(store.string());
    shard.launch = launch_state(its_state, probe_lock(store));
    if (!its_state.segments.empty()) {
      shard.job = its_state.segments.back().job;
      shard.restart = its_state.segments.back().restart;
    }
    shard.ends = ends_text(its_state, store);
    for (const auto& [id, task] : its_state.tasks) {
      if (!task::is_final(task.state) || (i > 0 && shared.contains(id))) continue;
      if (i == 0) shared.insert(id);
      ++(task.state == task::RunState::done ? shard.done : shard.unsuccessful);
    }
  }
  return all;
}

std::string shard_line(const ShardProgress& shard) {
  const auto failed = shard.unsuccessful > 0 ? fmt::format(", {} without success", shard.unsuccessful) : "";
  const auto ends = shard.ends.empty() ? "" : fmt::format("ended     shard {}: {}\n", shard.shard, shard.ends);
  return fmt::format("shard {:<4}{} of {} tasks done{}; {}\n{}", shard.shard, shard.done, shard.tasks, failed,
                     shard.launch, ends);
}

}  // namespace espalier::cli
