// Cuts a study: places blocks of its tasks on shards, the longest first, and finds what several shards need.
#include "espalier/plan/shards.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "espalier/plan/stage_seconds.hpp"
#include "plan/shards/blocks.hpp"

namespace espalier::plan {
namespace {

/// Largest seconds of a block as parts of a shard's equal share. Smaller blocks balance better and share less.
constexpr double kBlocks[] = {1.1, 0.5, 0.25, 0.125, 0.0625, 0};
constexpr double kWorthCutting = 0.95;  ///< smaller blocks must cut the time to this part of it
constexpr std::int32_t kNobody = -1;

using Shards = std::vector<std::int32_t>;  ///< by task of SharedWork; kNobody where none needs it

/// For each task that a run asks for its shard: longest blocks first, each onto the shard with least to do.
Shards place(const SharedWork& work, std::vector<Block> blocks, std::int32_t shards) {
  std::sort(blocks.begin(), blocks.end(), [](const Block& left, const Block& right) {
    return left.seconds != right.seconds ? left.seconds > right.seconds : left.roots < right.roots;
  });
  struct Load {
    double seconds = 0;
    std::size_t tasks = 0;
  };
  std::vector<Load> loads(static_cast<std::size_t>(shards));
  Shards placed(work.tasks.size(), kNobody);
  for (const auto& block : blocks) {
    const auto least = std::min_element(loads.begin(), loads.end(), [](const Load& left, const Load& right) {
      return std::tie(left.seconds, left.tasks) < std::tie(right.seconds, right.tasks);
    });
    least->seconds += block.seconds;
    least->tasks += block.roots.size();
    for (const auto root : block.roots) placed[root] = static_cast<std::int32_t>(least - loads.begin()) + 1;
  }
  return placed;
}

/// Adds what the placed tasks need. `order` lists tasks behind those that they need.
Shards with_inputs(const SharedWork& work, Shards shards, const std::vector<std::size_t>& order) {
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    for (const auto& input : work.tasks[*at]->inputs) {
      auto& of_input = shards[work.index.at(input.task)];
      if (of_input == kNobody) of_input = shards[*at];
      else if (of_input != shards[*at]) of_input = 0;
    }
  }
  return shards;
}

/// Adds up the seconds of shards, with shared stages counted once.
class ShardSeconds {
 public:
  explicit ShardSeconds(const SharedWork& work) : work_(work) {
    for (const auto& sharing : work.sharing) ++sizes_[sharing.family];
  }

  std::vector<double> of(const Shards& shards, std::int32_t count) {
    std::vector<double> seconds(static_cast<std::size_t>(count) + 1);
    std::map<std::pair<std::int32_t, std::uint64_t>, std::vector<const task::Task*>> families;
    for (std::size_t i = 0; i < shards.size(); ++i) {
      if (shards[i] == kNobody) continue;
      const auto family = work_.sharing[i].family;
      if (family == 0) seconds.at(static_cast<std::size_t>(shards[i])) += work_.tasks[i]->cost_s;
      else families[{shards[i], family}].push_back(work_.tasks[i]);
    }
    for (const auto& [key, members] : families) {
      seconds.at(static_cast<std::size_t>(key.first)) += of_family(key.second, members);
    }
    return seconds;
  }

 private:
  double of_family(std::uint64_t family, const std::vector<const task::Task*>& members) {
    if (members.size() < sizes_.at(family)) return stage_seconds(members);
    const auto [known, is_new] = whole_.try_emplace(family);
    if (is_new) known->second = stage_seconds(members);
    return known->second;
  }

  const SharedWork& work_;
  std::unordered_map<std::uint64_t, std::size_t> sizes_;
  std::unordered_map<std::uint64_t, double> whole_;  ///< of families that are in one shard
};

/// The jobs of the shards start when shard 0 is done.
double time_of(const std::vector<double>& seconds) {
  return seconds.front() + *std::max_element(seconds.begin() + 1, seconds.end());
}

std::vector<std::size_t> planning_order(const Plan& plan, const SharedWork& work) {
  std::vector<std::size_t> order;
  for (const auto& task : plan.tasks) {
    const auto found = work.index.find(task.id);
    if (found != work.index.end()) order.push_back(found->second);
  }
  return order;
}

struct Placement {
  Shards runs;   ///< of tasks that runs ask for: the shard of these runs
  Shards tasks;  ///< where each task is worked on
};

Placement best_placement(const Plan& plan, const SharedWork& work, std::int32_t shards) {
  const auto order = planning_order(plan, work);
  ShardSeconds seconds(work);
  double total = 0;
  for (const auto* task : work.tasks) total += task->cost_s;
  Placement best;
  double best_s = std::numeric_limits<double>::infinity();
  for (const double part : kBlocks) {
    const auto runs = place(work, blocks_of(work, part * total / shards), shards);
    Placement tried{runs, with_inputs(work, runs, order)};
    const double time_s = time_of(seconds.of(tried.tasks, shards));
    if (!best.runs.empty() && time_s > kWorthCutting * best_s) continue;
    best_s = time_s;
    best = std::move(tried);
  }
  return best;
}

}  // namespace

ShardCut cut_into_shards(const Plan& plan, std::int32_t shards) {
  ShardCut cut;
  cut.shards = shards;
  const auto work = shared_work_of(plan);
  for (const auto& task : plan.tasks) cut.tasks[task.id] = 0;
  if (work.tasks.empty()) return cut;
  const auto placed = best_placement(plan, work, shards);
  for (std::size_t i = 0; i < work.tasks.size(); ++i) cut.tasks[work.tasks[i]->id] = placed.tasks[i];
  for (const auto& run : plan.runs) {
    const auto found = work.index.find(run.task);
    if (found != work.index.end()) cut.runs[run.id] = placed.runs[found->second];
  }
  return cut;
}

ShardCut cut_study(const study::Study& study, const Facts& facts, const std::string& only, std::int32_t shards) {
  CompileOptions options;  // defaults: those of the job's machine would cut otherwise
  options.account = false;
  options.only = only;
  const Plan plan = compile(study, facts, {}, options);
  return study::has_errors(plan.diagnostics) ? ShardCut{shards, {}, {}} : cut_into_shards(plan, shards);
}

std::set<TaskId> tasks_of_shard(const ShardCut& cut, const Plan& plan, std::int32_t shard) {
  std::set<TaskId> tasks;
  for (auto task = plan.tasks.rbegin(); task != plan.tasks.rend(); ++task) {  // what needs a task stands behind it
    const auto found = cut.tasks.find(task->id);
    if (found != cut.tasks.end() && found->second == shard) tasks.insert(task->id);
    if (!tasks.contains(task->id)) continue;
    for (const auto& input : task->inputs) tasks.insert(input.task);
  }
  return tasks;
}

std::vector<ShardWork> work_of_shards(const ShardCut& cut, const Plan& plan) {
  std::vector<ShardWork> all(static_cast<std::size_t>(cut.shards) + 1);
  const auto work = shared_work_of(plan);
  Shards shards;
  for (const auto* task : work.tasks) {
    const auto found = cut.tasks.find(task->id);
    shards.push_back(found == cut.tasks.end() ? kNobody : found->second);
    if (shards.back() != kNobody) ++all.at(static_cast<std::size_t>(shards.back())).tasks;
  }
  for (const auto& [run, shard] : cut.runs) ++all.at(static_cast<std::size_t>(shard)).runs;
  const auto seconds = ShardSeconds(work).of(shards, cut.shards);
  for (std::size_t i = 0; i < all.size(); ++i) all[i].seconds = seconds[i];
  return all;
}

}  // namespace espalier::plan
