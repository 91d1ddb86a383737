// Prints shards as a table: first what several of them need, then each with its runs, tasks and device-hours.
#include "cli/shard_table.hpp"

#include <fmt/format.h>

#include "cli/text_table.hpp"

namespace espalier::cli {
namespace {

constexpr double kHour_s = 3600;

std::int64_t waiting_runs(const plan::Plan& plan, const std::vector<plan::ShardWork>& shards) {
  auto waiting = static_cast<std::int64_t>(plan.runs.size());
  for (const auto& shard : shards) waiting -= shard.runs;
  return waiting;
}

}  // namespace

std::string shards_text(const plan::Plan& plan, const std::vector<plan::ShardWork>& shards) {
  if (shards.empty()) return "";
  Table table({"shard", "runs", "tasks", "device-hours"});
  for (std::size_t i = 0; i < shards.size(); ++i) {
    const auto& [runs, tasks, seconds] = shards[i];
    table.row({i == 0 ? "0, for several" : std::to_string(i), std::to_string(runs), std::to_string(tasks),
               fmt::format("{:.4f}", seconds / kHour_s)});
  }
  const auto later = waiting_runs(plan, shards);
  const auto waits =
      later > 0 ? fmt::format("{} runs are in no shard: they wait for selections or are left out\n", later) : "";
  return "\n" + table.text() + waits;
}

}  // namespace espalier::cli
