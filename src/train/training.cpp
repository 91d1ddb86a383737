#include "espalier/train/training.hpp"

#include <map>

#include "espalier/core/errors.hpp"
#include "espalier/task/sharing.hpp"
#include "espalier/train/numeric_form.hpp"
#include "train/fused_training.hpp"
#include "train/tree_training.hpp"

namespace espalier::train {

namespace {

/// Lanes that train together: more of them leave the processor's caches and gain nothing (bench/fused.cpp).
constexpr std::size_t kMostFamilies = 4;

/// Members that go through the bundle together: of one family in one state, or of several families as lanes.
struct Group {
  std::vector<Members> families;
  bool fused = false;
};

std::vector<Group> groups_of(const std::vector<Job>& jobs) {
  std::map<std::tuple<std::uint64_t, std::string, std::size_t>, std::size_t> family_index;
  std::vector<Members> families;
  for (std::size_t m = 0; m < jobs.size(); ++m) {
    const std::size_t alone = jobs[m].share_stages ? 0 : m + 1;
    const auto key = std::tuple(task::sharing_of(jobs[m].task).family, jobs[m].resume.hex, alone);
    const auto [known, is_new] = family_index.try_emplace(key, families.size());
    if (is_new) families.emplace_back();
    families[known->second].push_back(m);
  }
  using Lanes = std::tuple<std::uint64_t, std::int32_t, std::int64_t>;
  std::map<Lanes, std::size_t> lanes_index;
  std::vector<Group> groups;
  for (auto& family : families) {
    const Job& job = jobs[family.front()];
    const Lanes key{task::sharing_of(job.task).lanes, job.classes, job.images->train.size()};
    const bool joins = job.task.form.fused && job.resume.empty();  // those that resume stand elsewhere
    const auto known = lanes_index.find(key);
    if (joins && known != lanes_index.end() && groups[known->second].families.size() < kMostFamilies) {
      groups[known->second].families.push_back(std::move(family));
      continue;
    }
    if (joins) lanes_index[key] = groups.size();
    groups.push_back({{std::move(family)}, job.task.form.fused});
  }
  return groups;
}

Members members_of(const Group& group) {
  Members all;
  for (const auto& family : group.families) all.insert(all.end(), family.begin(), family.end());
  return all;
}

Order run(const Group& group, BundleState& bundle);

/// One of the families cannot be trained: the others must not be refused with it.
Order run_each(const Group& group, BundleState& bundle) {
  Order order = Order::go_on;
  for (const auto& family : group.families) {
    if (order == Order::go_on) order = run({{family}, group.fused}, bundle);
  }
  return order;
}

Order run(const Group& group, BundleState& bundle) {
  apply(bundle.job(group.families.front().front()).task.form);
  try {
    if (group.fused && bundle.group()) throw UsageError("a group cannot train lanes", "the plan is wrong", "");
    if (group.fused) return FusedTraining(bundle, group.families).run();
    return TreeTraining(bundle, group.families.front()).run();
  } catch (const UsageError& error) {  // of the tasks' own making: trying again would not help
    if (group.families.size() > 1) return run_each(group, bundle);
    bundle.end_all(members_of(group), End::refused, error.what());
    return Order::go_on;
  }
}

}  // namespace

void train(const std::vector<Job>& jobs, FeatureShelf& features, Control& control, Sink& sink, model::Reducer* group) {
  BundleState bundle(jobs, features, control, sink, group);
  Order order = Order::go_on;
  for (const Group& part : groups_of(jobs)) {
    if (order == Order::go_on) order = run(part, bundle);
    if (order != Order::go_on) {
      bundle.end_all(members_of(part), order == Order::stop ? End::stopped : End::cancelled);
    }
  }
}

}  // namespace espalier::train
