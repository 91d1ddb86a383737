// Finds targets with few training images and few validation images in a plan without folds.
#include "espalier/plan/fold_proposals.hpp"

#include <algorithm>
#include <unordered_map>

namespace espalier::plan {
namespace {

/// What the runs of one target train on and are validated on.
struct Sizes {
  std::string target;
  std::int64_t most = 0, valid = 0, fewest_a_class = 0;
};

std::int64_t validation_images(const study::Study& study, const std::string& target, const task::LabelMap& labels) {
  for (const auto& one : study.targets) {
    const auto data = study.data.find(one.data);
    if (one.name != target || data == study.data.end()) continue;
    return static_cast<std::int64_t>(labels.classes.size()) * data->second.valid_per_class;
  }
  return 0;
}

/// Random samples do not go together with folds, nor do images with several labels.
bool has_no_folds(const study::Study& study, const std::string& target) {
  return std::any_of(study.targets.begin(), study.targets.end(), [&](const study::Target& one) {
    const auto data = study.data.find(one.data);
    const bool several = data != study.data.end() && data->second.multi_label;
    return one.name == target && (several || (one.sample && one.sample->random));
  });
}

void see(Sizes& sizes, const task::Task& task, const task::LabelMap& labels, std::int64_t valid) {
  const auto a_class = task.images / std::max(1, labels.output_count);
  sizes.fewest_a_class = sizes.most == 0 ? a_class : std::min(sizes.fewest_a_class, a_class);
  sizes.most = std::max(sizes.most, task.images);
  sizes.valid = std::max(sizes.valid, valid);
}

std::vector<Sizes> sizes_of(const study::Study& study, const Plan& plan) {
  std::unordered_map<TaskId, const task::Task*> tasks;
  for (const auto& task : plan.tasks) tasks[task.id] = &task;
  std::vector<Sizes> all;
  for (const auto& run : plan.runs) {
    const auto* target = run.label("target");
    const auto task = tasks.find(run.task);
    if (!target || task == tasks.end() || task::probe_of(*task->second) || has_no_folds(study, *target)) continue;
    auto at = std::find_if(all.begin(), all.end(), [&](const Sizes& sizes) { return sizes.target == *target; });
    if (at == all.end()) at = all.insert(all.end(), Sizes{*target});
    const auto& labels = plan.catalog.label_maps.at(task::training(*task->second).images.labels);
    see(*at, *task->second, labels, validation_images(study, *target, labels));
  }
  return all;
}

}  // namespace

std::vector<FoldProposal> propose_folds(const study::Study& study, const Plan& plan) {
  std::vector<FoldProposal> proposals;
  if (study.split.folds > 0) return proposals;
  for (const auto& [target, most, valid, fewest_a_class] : sizes_of(study, plan)) {
    const auto folds = static_cast<std::int32_t>(std::min<std::int64_t>(kProposedFolds, fewest_a_class));
    if (most >= kSmallTarget || valid >= kEnoughValidation || folds < 2) continue;
    proposals.push_back({target, most, valid, folds});
  }
  return proposals;
}

std::string to_string(const FoldProposal& proposal) {
  return "target '" + proposal.target + "' trains on at most " + std::to_string(proposal.images) + " images and has " +
         (proposal.valid == 0 ? "no" : std::to_string(proposal.valid)) +
         " validation images: with folds = " + std::to_string(proposal.folds) + " in [split]" +
         (proposal.valid == 0 ? "" : ", in place of valid,") + " each training image would be validated once";
}

}  // namespace espalier::plan
