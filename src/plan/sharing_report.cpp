#include "plan/sharing_report.hpp"

#include <algorithm>
#include <map>

#include "espalier/task/stage_tree.hpp"

namespace espalier::plan {
namespace {

using Entry = TaskTable::Entry;

task::Timeline timeline_of(const Training& training) {
  return {training.images, training.spec.batch, training.spec.length};
}

std::int64_t images_until(const Training& training, const task::Timeline& timeline, std::int64_t step) {
  const auto at = timeline.moment(step);
  return at.epoch * training.images + std::min(std::int64_t{at.step} * training.spec.batch, training.images);
}

std::uint64_t family_of(const Entry& entry, const task::NumericForm& form) {
  task::Task task;
  task.train = entry.training.spec;
  task.form = form;
  return task::sharing_of(task).family;
}

}  // namespace

task::NumericForm SharingReport::form_of(const Entry& entry, const Passes& passes) const {
  task::NumericForm form{threads_};
  if (passes.features) form.cached_units = entry.form.cached_units;
  if (passes.fuse) form.fused = entry.form.fused;
  return form;
}

SharingReport::Totals SharingReport::totals(const Passes& passes, const Wanted& wanted) const {
  Totals sum;
  std::map<std::uint64_t, std::vector<const Entry*>> families;
  std::map<std::string, double> features;
  std::uint64_t alone = 0;
  for (const auto& entry : tasks_.all()) {
    if (!wanted(entry)) continue;
    const auto form = form_of(entry, passes);
    const auto& training = entry.training;
    families[passes.stages ? family_of(entry, form) : alone += 2].push_back(&entry);
    if (form.cached_units == 0) continue;
    const auto views = training.images + training.valid_images + training.test_images;
    // Subsets of one class list are nested: the largest counts.
    auto& seconds = features[task::prefix_key(training.spec, form.cached_units) + training.spec.subset.classes];
    seconds = std::max(seconds, costs_.features_s(training, form, views));
  }
  for (const auto& [key, family] : families) {
    std::vector<task::Trajectory> members;
    double step_s = 0;
    for (const Entry* entry : family) {
      members.push_back({&entry->training.spec, timeline_of(entry->training)});
      const auto steps = static_cast<double>(std::max<std::int64_t>(1, members.back().timeline.total_steps()));
      step_s = std::max(step_s, costs_.cost_s(entry->training, form_of(*entry, passes)) / steps);
    }
    const auto& first = family.front()->training;
    std::int64_t steps = 0;
    for (const auto& stage : task::stage_tree(members)) {
      steps += stage.end - stage.begin;
      sum.epoch_images += images_until(first, members.front().timeline, stage.end) -
                          images_until(first, members.front().timeline, stage.begin);
    }
    sum.seconds += step_s * static_cast<double>(std::max<std::int64_t>(1, steps));
  }
  for (const auto& [key, seconds] : features) sum.seconds += seconds;
  return sum;
}

double SharingReport::hours(const Passes& passes, const Wanted& wanted) const {
  return totals(passes, wanted).seconds / 3600;
}

std::vector<PassReport> SharingReport::of_merging(const std::unordered_map<TaskId, std::int64_t>& uses) const {
  PassReport merge{"merge"};
  for (const auto& entry : tasks_.all()) {
    const auto found = uses.find(entry.id);
    const std::int64_t count = found == uses.end() ? 1 : found->second;
    const double hours = costs_.cost_s(entry.training, {threads_}) / 3600;
    merge.tasks_before += count;
    merge.tasks_after += 1;
    merge.epoch_images_before += count * entry.training.epoch_images;
    merge.epoch_images_after += entry.training.epoch_images;
    merge.hours_before += static_cast<double>(count) * hours;
    merge.hours_after += hours;
  }
  PassReport canonicalise{
      "canonicalise",     merge.tasks_before, merge.tasks_before, merge.epoch_images_before, merge.epoch_images_before,
      merge.hours_before, merge.hours_before};
  return {canonicalise, merge};
}

void SharingReport::add_sharing(std::vector<PassReport>& reports, const Passes& passes) const {
  const auto all = [](const Entry&) { return true; };
  const auto tasks = static_cast<std::int64_t>(tasks_.all().size());
  Passes on{false, false, false};
  Totals before = totals(on, all);
  const auto report = [&](const char* name, bool Passes::* pass) {
    if (!(passes.*pass)) return;
    on.*pass = true;
    const Totals after = totals(on, all);
    reports.push_back(
        {name, tasks, tasks, before.epoch_images, after.epoch_images, before.seconds / 3600, after.seconds / 3600});
    before = after;
  };
  report("stages", &Passes::stages);
  report("features", &Passes::features);
  report("fuse", &Passes::fuse);
}

}  // namespace espalier::plan
