// Cuts a study as every job of it does, and finds what one of them has to work on.
#include "espalier/plan/shards.hpp"

namespace espalier::plan {

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

}  // namespace espalier::plan
