// Joins linked tasks, the smallest links first, as long as the block stays within a limit.
#include "plan/shards/blocks.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace espalier::plan {
namespace {

constexpr double kRounding = 1 + 1e-9;  ///< sums of equal costs differ in the last bits

class Joining {
 public:
  Joining(const SharedWork& work, double limit_s) : work_(work), limit_s_(limit_s * kRounding) {
    first_.resize(work.tasks.size());
    std::iota(first_.begin(), first_.end(), std::size_t{0});
    for (const auto* task : work.tasks) seconds_.push_back(task->cost_s);
  }

  void join(const Link& link) {
    auto groups = groups_of(link.members);
    double total = sum_of(groups);
    if (link.source != Link::kNone && !groups.contains(group_of(link.source))) total += seconds_[group_of(link.source)];
    if (total <= limit_s_) {
      if (link.source != Link::kNone) groups.insert(group_of(link.source));
      for (const auto group : groups) unite(*groups.begin(), group);
      return;
    }
    if (link.source != Link::kNone) {
      seconds_[group_of(link.source)] -= work_.tasks[link.source]->cost_s;  // it goes to shard 0
      groups = groups_of(link.members);
    }
    pack(groups);
  }

  std::vector<Block> blocks() {
    std::map<std::size_t, Block> found;
    for (std::size_t i = 0; i < work_.tasks.size(); ++i) {
      if (work_.has_run[i]) found[group_of(i)].roots.push_back(i);
    }
    std::vector<Block> all;
    for (auto& [group, block] : found) {
      block.seconds = std::max(0.0, seconds_[group]);
      all.push_back(std::move(block));
    }
    return all;
  }

 private:
  using Groups = std::set<std::size_t>;  ///< each named by its first task

  std::size_t group_of(std::size_t task) {
    while (first_[task] != task) task = first_[task] = first_[first_[task]];
    return task;
  }
  Groups groups_of(const std::vector<std::size_t>& tasks) {
    Groups groups;
    for (const auto task : tasks) groups.insert(group_of(task));
    return groups;
  }
  double sum_of(const Groups& groups) const {
    double sum = 0;
    for (const auto group : groups) sum += seconds_[group];
    return sum;
  }
  /// `into` must not be behind `group`.
  void unite(std::size_t into, std::size_t group) {
    if (into == group) return;
    first_[group] = into;
    seconds_[into] += seconds_[group];
  }

  /// Joins groups that are too much for one block into as few as hold them, of about equal seconds.
  void pack(const Groups& groups) {
    if (limit_s_ <= 0) return;
    const double total = sum_of(groups);
    const double share_s = total / std::ceil(total / limit_s_);
    std::size_t into = Link::kNone;
    for (const auto group : groups) {
      const bool fits =
          into != Link::kNone && seconds_[into] + seconds_[group] <= limit_s_ && seconds_[into] * kRounding < share_s;
      if (fits) unite(into, group);
      else into = group;
    }
  }

  const SharedWork& work_;
  double limit_s_;
  std::vector<std::size_t> first_;  ///< of each task, an earlier one of its group, or itself
  std::vector<double> seconds_;     ///< of groups, at their first task
};

}  // namespace

std::vector<Block> blocks_of(const SharedWork& work, double limit_s) {
  Joining joining(work, limit_s);
  for (const auto& link : work.links) joining.join(link);
  return joining.blocks();
}

}  // namespace espalier::plan
