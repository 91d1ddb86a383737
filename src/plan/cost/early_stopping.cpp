// Grows each family's tree of stages twice: with all lengths, and with the shortest that rules to stop allow.
#include "espalier/plan/early_stopping.hpp"

#include <algorithm>
#include <unordered_map>

#include "espalier/task/sharing.hpp"
#include "espalier/task/stage_tree.hpp"
#include "espalier/task/stop_rule.hpp"

namespace espalier::plan {
namespace {

using Family = std::vector<const task::Task*>;

task::Timeline whole(const task::Task& one) {
  const auto& spec = task::training(one);
  return {one.images, spec.batch, spec.length};
}

task::Timeline shortest(const task::Task& one) {
  const auto timeline = whole(one);
  const auto& rule = task::training(one).stop;
  return rule.on() ? timeline.cut(task::least_steps(rule, timeline)) : timeline;
}

std::int64_t images_until(const task::Task& one, const task::Timeline& timeline, std::int64_t step) {
  const auto at = timeline.moment(step);
  return at.epoch * one.images + std::min(std::int64_t{at.step} * task::training(one).batch, one.images);
}

std::int64_t trained_images(const Family& family, task::Timeline (*timeline_of)(const task::Task&)) {
  std::vector<task::Trajectory> members;
  for (const auto* one : family) members.push_back({&task::training(*one), timeline_of(*one)});
  std::int64_t images = 0;
  for (const auto& stage : task::stage_tree(members)) {
    const auto& timeline = members.front().timeline;
    images += images_until(*family.front(), timeline, stage.end) - images_until(*family.front(), timeline, stage.begin);
  }
  return images;
}

}  // namespace

StoppingRange stopping_range(const std::vector<task::Task>& tasks) {
  StoppingRange range;
  std::unordered_map<std::uint64_t, Family> families;
  for (const auto& one : tasks) {
    if (task::probe_of(one) || !task::training(one).stop.on()) continue;
    ++range.trainings;
    families.try_emplace(task::family_key(task::training(one), one.form));
  }
  if (families.empty()) return range;
  for (const auto& one : tasks) {
    if (task::probe_of(one)) continue;
    const auto family = families.find(task::family_key(task::training(one), one.form));
    if (family != families.end()) family->second.push_back(&one);
  }
  for (const auto& [key, family] : families) {
    range.most += trained_images(family, whole);
    range.least += trained_images(family, shortest);
  }
  return range;
}

}  // namespace espalier::plan
