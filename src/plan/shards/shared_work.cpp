// Lists the tasks that runs need, and links those that share a pretraining, stages or features.
#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "plan/shards/blocks.hpp"

namespace espalier::plan {
namespace {

using Ids = std::unordered_set<TaskId>;

/// The tasks that are some run's own.
Ids roots_of(const Plan& plan) {
  Ids roots;
  for (const auto& run : plan.runs) {
    if (!run.task.empty()) roots.insert(run.task);
  }
  return roots;
}

/// The roots and all that they need. Tasks stand behind those that they need.
Ids needed_by(const Plan& plan, const Ids& roots) {
  Ids needed = roots;
  for (auto task = plan.tasks.rbegin(); task != plan.tasks.rend(); ++task) {
    if (!needed.contains(task->id)) continue;
    for (const auto& input : task->inputs) needed.insert(input.task);
  }
  return needed;
}

void add_source_links(SharedWork& work) {
  std::map<std::size_t, std::vector<std::size_t>> dependents;
  for (std::size_t i = 0; i < work.tasks.size(); ++i) {
    for (const auto& input : work.tasks[i]->inputs) {
      auto& members = dependents[work.index.at(input.task)];
      if (members.empty() || members.back() != i) members.push_back(i);
    }
  }
  for (auto& [source, members] : dependents) work.links.push_back({std::move(members), source});
}

/// Links the tasks of equal keys; 0 is none.
void add_links(SharedWork& work, std::uint64_t task::Sharing::* key) {
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> together;
  for (std::size_t i = 0; i < work.tasks.size(); ++i) {
    if (work.sharing[i].*key != 0) together[work.sharing[i].*key].push_back(i);
  }
  for (auto& [value, members] : together) {
    if (members.size() > 1) work.links.push_back({std::move(members)});
  }
}

void sort_links(SharedWork& work) {
  for (auto& link : work.links) {
    if (link.source != Link::kNone) link.seconds += work.tasks[link.source]->cost_s;
    for (const auto member : link.members) link.seconds += work.tasks[member]->cost_s;
  }
  const auto key = [](const Link& link) { return std::tie(link.seconds, link.members, link.source); };
  std::sort(work.links.begin(), work.links.end(),
            [&](const Link& left, const Link& right) { return key(left) < key(right); });
}

}  // namespace

SharedWork shared_work_of(const Plan& plan) {
  SharedWork work;
  const auto roots = roots_of(plan);
  const auto needed = needed_by(plan, roots);
  for (const auto& task : plan.tasks) {
    if (needed.contains(task.id)) work.tasks.push_back(&task);
  }
  std::sort(work.tasks.begin(), work.tasks.end(),
            [](const task::Task* left, const task::Task* right) { return left->id < right->id; });
  for (const auto* task : work.tasks) {
    work.index[task->id] = work.has_run.size();
    work.has_run.push_back(roots.contains(task->id));
    work.sharing.push_back(sharing_of(*task, Passes{}));
  }
  add_source_links(work);
  add_links(work, &task::Sharing::family);
  add_links(work, &task::Sharing::features);
  sort_links(work);
  return work;
}

}  // namespace espalier::plan
