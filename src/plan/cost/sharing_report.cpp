// Adds up the costs of tasks with and without shared stages, cached features and replicas.
#include "plan/cost/sharing_report.hpp"

#include <algorithm>
#include <functional>

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

std::uint64_t features_of(const Entry& entry) {
  const auto& spec = entry.training.spec;
  if (entry.form.cached_units == 0) return 0;
  return std::hash<std::string>{}(task::prefix_key(spec, entry.form.cached_units) + spec.images.labels);
}

}  // namespace

SharingReport::SharingReport(const TaskTable& tasks, const CostModel& costs, std::int32_t threads)
    : tasks_(tasks), costs_(costs), threads_(threads) {
  std::unordered_map<std::uint64_t, std::size_t> index;
  for (const auto& entry : tasks.all()) {
    const auto key = task::family_key(entry.training.spec, entry.form);
    const auto [known, is_new] = index.try_emplace(key, families_.size());
    if (is_new) families_.emplace_back();
    families_[known->second].members.push_back({&entry, features_of(entry)});
  }
  for (auto& family : families_) grow_tree(family);
}

void SharingReport::grow_tree(Family& family) {
  std::vector<task::Trajectory> members;
  members.reserve(family.members.size());
  for (const auto& [entry, features] : family.members) {
    members.push_back({&entry->training.spec, timeline_of(entry->training)});
  }
  const auto& training = family.members.front().entry->training;
  const auto& timeline = members.front().timeline;
  family.tree_steps = family.tree_images = 0;
  for (const auto& stage : task::stage_tree(members)) {
    family.tree_steps += stage.end - stage.begin;
    family.tree_images += images_until(training, timeline, stage.end) - images_until(training, timeline, stage.begin);
  }
}

task::NumericForm SharingReport::form_of(const Entry& entry, const Passes& passes) const {
  task::NumericForm form{threads_};
  if (passes.features) form.cached_units = entry.form.cached_units;
  if (passes.replicas) form.batched = entry.form.batched;
  form.workers = entry.form.workers;
  return form;
}

/// The totals of a family if each step that members share is taken once.
SharingReport::Totals SharingReport::shared(const Family& family, const Passes& passes) const {
  double step_s = 0, without_steps_s = 0;
  const Entry* trained = family.members.front().entry;
  for (const auto& [entry, features] : family.members) {
    const auto cost_s = costs_.cost_s(entry->training, form_of(*entry, passes));
    if (entry->training.steps == 0) without_steps_s += cost_s;  // it is drawn and measured
    else step_s = std::max(step_s, cost_s / static_cast<double>(entry->training.steps));
    if (trained->training.steps == 0) trained = entry;
  }
  return {family.tree_images, without_steps_s + step_s * static_cast<double>(family.tree_steps),
          multiply_adds(trained->training, form_of(*trained, passes), family.tree_images)};
}

SharingReport::Totals SharingReport::totals(const Passes& passes, const Wanted& wanted) const {
  Totals sum;
  std::unordered_map<std::uint64_t, Totals> features;
  const auto is_wanted = [&](const Member& member) { return wanted(*member.entry); };
  for (const auto& all : families_) {
    Family part;
    const bool whole = std::all_of(all.members.begin(), all.members.end(), is_wanted);
    if (!whole) {
      std::copy_if(all.members.begin(), all.members.end(), std::back_inserter(part.members), is_wanted);
      if (part.members.empty()) continue;
      grow_tree(part);
    }
    const Family& family = whole ? all : part;
    const bool alone = !passes.stages || family.members.size() == 1;
    if (!alone) sum += shared(family, passes);
    for (const auto& [entry, key] : family.members) {
      const auto form = form_of(*entry, passes);
      const auto& training = entry->training;
      if (alone) {
        sum += {training.epoch_images, costs_.cost_s(training, form),
                multiply_adds(training, form, training.epoch_images)};
      }
      if (form.cached_units == 0) continue;
      const auto views = training.images + held_out_images(training);
      // Subsets of one class list are nested, so the largest counts.
      auto& most = features[key];
      most.seconds = std::max(most.seconds, costs_.features_s(training, form, views));
      most.multiply_adds = std::max(most.multiply_adds, feature_multiply_adds(training, form, views));
    }
  }
  for (const auto& [key, most] : features) sum += most;
  return sum;
}

double SharingReport::hours(const Passes& passes, const Wanted& wanted) const {
  return totals(passes, wanted).seconds / 3600;
}

std::vector<PassReport> SharingReport::of_merging() const {
  PassReport merge{"merge"};
  for (const auto& entry : tasks_.all()) {
    const std::int64_t count = std::max<std::int64_t>(1, entry.uses);
    const double hours = costs_.cost_s(entry.training, {threads_}) / 3600;
    merge.tasks_before += count;
    merge.tasks_after += 1;
    merge.epoch_images_before += count * entry.training.epoch_images;
    merge.epoch_images_after += entry.training.epoch_images;
    merge.hours_before += static_cast<double>(count) * hours;
    merge.hours_after += hours;
    const double work = multiply_adds(entry.training, {threads_}, entry.training.epoch_images);
    merge.multiply_adds_before += static_cast<double>(count) * work;
    merge.multiply_adds_after += work;
  }
  PassReport canonicalise = merge;
  canonicalise.name = "canonicalise";
  canonicalise.tasks_after = merge.tasks_before;
  canonicalise.epoch_images_after = merge.epoch_images_before;
  canonicalise.hours_after = merge.hours_before;
  canonicalise.multiply_adds_after = merge.multiply_adds_before;
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
    reports.push_back({name, tasks, tasks, before.epoch_images, after.epoch_images, before.seconds / 3600,
                       after.seconds / 3600, before.multiply_adds, after.multiply_adds});
    before = after;
  };
  report("stages", &Passes::stages);
  report("features", &Passes::features);
  report("replicas", &Passes::replicas);
}

}  // namespace espalier::plan
