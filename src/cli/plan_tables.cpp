// Prints a plan as text tables or as JSON: runs per experiment, savings per pass, selections still open.
#include "cli/plan_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "cli/json_text.hpp"
#include "cli/text_table.hpp"
#include "espalier/plan/early_stopping.hpp"
#include "espalier/report/progress.hpp"

namespace espalier::cli {
namespace {

using nlohmann::ordered_json;

constexpr double kHour_s = 3600;

std::string excluded_text(const std::map<std::string, std::int64_t>& excluded) {
  std::string text;
  for (const auto& [rule, count] : excluded) text += (text.empty() ? "" : ", ") + fmt::format("{} {}", count, rule);
  return text;
}

std::string bytes_text(std::int64_t bytes) {
  if (bytes >= 1'000'000'000) return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string experiments_text(const plan::Plan& plan) {
  Table table({"experiment", "runs", "later", "excluded"});
  for (const auto& one : plan.experiments) {
    table.row({one.name, std::to_string(one.runs), std::to_string(one.later), excluded_text(one.excluded)});
  }
  return table.text();
}

std::string passes_text(const plan::Plan& plan) {
  Table table({"pass", "tasks before", "after", "epoch-images before", "after", "10^12 multiply-adds before", "after",
               "device-hours before", "after"});
  for (const auto& pass : plan.passes) {
    table.row({pass.name, std::to_string(pass.tasks_before), std::to_string(pass.tasks_after),
               std::to_string(pass.epoch_images_before), std::to_string(pass.epoch_images_after),
               fmt::format("{:.2f}", pass.multiply_adds_before / 1e12),
               fmt::format("{:.2f}", pass.multiply_adds_after / 1e12), fmt::format("{:.4f}", pass.hours_before),
               fmt::format("{:.4f}", pass.hours_after)});
  }
  std::string text = table.text();
  for (const auto& [why, count] : plan.refused) text += fmt::format("features: {} tasks without, {}\n", count, why);
  return text;
}

/// "early stopping: 12 trainings may end before their length; ...".
std::string stopping_text(const plan::Plan& plan) {
  const auto range = plan::stopping_range(plan.tasks);
  if (range.trainings == 0) return "";
  return fmt::format(
      "early stopping: {} {} may end before {} length; with what shares {} steps {} at least {} of {} epoch-images\n",
      range.trainings, range.trainings == 1 ? "training" : "trainings", range.trainings == 1 ? "its" : "their",
      range.trainings == 1 ? "its" : "their", range.trainings == 1 ? "it takes" : "they take", range.least, range.most);
}

/// "labels: 3 trainings ... differ in their labels alone", and how many looks at networks share a pass.
std::string images_text(const plan::SharedImages& shared) {
  std::string text;
  if (shared.relabelled > 0) {
    text += fmt::format(
        "labels: {} trainings of sources have the images of others under other labels ({} label maps); they share "
        "these "
        "images in memory, and no step\n",
        shared.relabelled, shared.labellings);
  }
  std::vector<std::string> looks;
  std::int64_t count = 0;
  for (const auto& [kind, number] : shared.looks) {
    const bool plural = number != 1 && kind != "neighbours";
    looks.push_back(fmt::format("{} {}{}", number, kind, plural ? "s" : ""));
    count += number;
  }
  if (count > 0) {
    text += fmt::format("networks: {} take {} {} over the images of a network\n", fmt::join(looks, ", "), shared.passes,
                        shared.passes == 1 ? "pass" : "passes");
  }
  return text;
}

std::string selections_text(const plan::Plan& plan) {
  std::string text;
  for (const auto& made : plan.selections) {
    text += "\nselection " + made.key + ": ";
    if (!made.reason.empty()) text += "impossible, " + made.reason;
    for (const auto& label : made.chosen) text += label.axis + "=" + label.value + " ";
  }
  if (!plan.pending.empty()) text += fmt::format("\n{} selections wait for results", plan.pending.size());
  return text.empty() ? text : text + "\n";
}

/// The least and the most images that the folds of one target and size train on.
struct FoldSizes {
  std::int64_t least = 0, most = 0;
};
using ByTargetAndSize = std::map<std::pair<std::string, std::string>, FoldSizes>;

ByTargetAndSize fold_sizes(const plan::Plan& plan) {
  std::unordered_map<TaskId, std::int64_t> images;
  for (const auto& task : plan.tasks) images[task.id] = task.images;
  ByTargetAndSize all;
  for (const auto& run : plan.runs) {
    const auto *target = run.label("target"), *size = run.label("per_class");
    const auto task = images.find(run.task);
    if (!run.label("fold") || !target || !size || task == images.end() || task->second == 0) continue;
    auto& sizes = all.try_emplace({*target, *size}, FoldSizes{task->second, task->second}).first->second;
    sizes = {std::min(sizes.least, task->second), std::max(sizes.most, task->second)};
  }
  return all;
}

/// "a fold of target 'other' trains on 32 images at per_class 10".
std::string folds_text(const plan::Plan& plan) {
  std::string text;
  for (const auto& [at, sizes] : fold_sizes(plan)) {
    const auto range =
        sizes.least == sizes.most ? std::to_string(sizes.most) : fmt::format("{} to {}", sizes.least, sizes.most);
    text += fmt::format("a fold of target '{}' trains on {} images at per_class {}\n", at.first, range, at.second);
  }
  return text;
}

ordered_json folds_json(const plan::Plan& plan) {
  ordered_json all = ordered_json::array();
  for (const auto& [at, sizes] : fold_sizes(plan)) {
    all.push_back({{"target", at.first}, {"per_class", at.second}, {"trained", {sizes.least, sizes.most}}});
  }
  return all;
}

ordered_json experiments_json(const plan::Plan& plan) {
  ordered_json all = ordered_json::array();
  for (const auto& one : plan.experiments) {
    all.push_back({{"name", one.name}, {"runs", one.runs}, {"later", one.later}, {"excluded", one.excluded}});
  }
  return all;
}

ordered_json passes_json(const plan::Plan& plan) {
  ordered_json all = ordered_json::array();
  for (const auto& pass : plan.passes) {
    all.push_back({{"name", pass.name},
                   {"tasks_before", pass.tasks_before},
                   {"tasks_after", pass.tasks_after},
                   {"epoch_images_before", pass.epoch_images_before},
                   {"epoch_images_after", pass.epoch_images_after},
                   {"multiply_adds_before", pass.multiply_adds_before},
                   {"multiply_adds_after", pass.multiply_adds_after},
                   {"device_hours_before", pass.hours_before},
                   {"device_hours_after", pass.hours_after}});
  }
  return all;
}

/// "2 pretrainings" of shard 0, by what others use them for; "" where nothing is shared.
std::string shared_text(const plan::Plan& plan, const plan::ShardCut& cut) {
  std::map<task::InputRole, std::set<TaskId>> used;
  for (const auto& task : plan.tasks) {
    for (const auto& input : task.inputs) {
      const auto found = cut.tasks.find(input.task);
      if (found != cut.tasks.end() && found->second == 0) used[input.role].insert(input.task);
    }
  }
  std::vector<std::string> parts;
  const auto add = [&](task::InputRole role, const char* one, const char* some) {
    const auto count = used[role].size();
    if (count > 0) parts.push_back(fmt::format("{} {}", count, count == 1 ? one : some));
  };
  add(task::InputRole::pretraining, "pretraining", "pretrainings");
  add(task::InputRole::start, "training that runs start from", "trainings that runs start from");
  add(task::InputRole::measured, "network that is measured", "networks that are measured");
  return parts.empty() ? "" : fmt::format("for several shards: {}\n", fmt::join(parts, ", "));
}

std::int64_t waiting_runs(const plan::Plan& plan, const std::vector<plan::ShardWork>& shards) {
  auto waiting = static_cast<std::int64_t>(plan.runs.size());
  for (const auto& shard : shards) waiting -= shard.runs;
  return waiting;
}

}  // namespace

PlanTotals totals_of(const plan::Plan& plan) {
  PlanTotals totals;
  for (const auto& one : plan.experiments) {
    totals.runs += one.runs;
    totals.later += one.later;
    for (const auto& [rule, count] : one.excluded) totals.excluded[rule] += count;
  }
  std::set<TaskId> sources;
  for (const auto& task : plan.tasks) {
    for (const auto& input : task.inputs) {
      if (input.role == task::InputRole::pretraining) sources.insert(input.task);
    }
  }
  for (const auto& task : plan.tasks) {
    ++totals.tasks[task::probe_of(task) ? "probe" : sources.contains(task.id) ? "pretraining" : "training"];
  }
  return totals;
}

std::string plan_text(const plan::Plan& plan, bool explain, bool calibrated, std::int32_t workers) {
  const auto totals = totals_of(plan);
  std::string text = experiments_text(plan) + "\n";
  text += fmt::format("{} runs", totals.runs);
  if (totals.later) text += fmt::format(", at most {} of them later, through selections", totals.later);
  text += fmt::format("\n{} tasks", plan.tasks.size());
  for (const auto& [kind, count] : totals.tasks) text += fmt::format(", {} {}", count, kind);
  text += fmt::format("; {} done", plan.done);
  if (plan.remeasured) text += fmt::format(", kept networks of {} to be measured on further images", plan.remeasured);
  if (plan.again) text += fmt::format(", {} to be trained again because more is to be recorded", plan.again);
  text += "\n" + folds_text(plan) + stopping_text(plan);
  text += fmt::format("{:.2f} device-hours to do, about {} on {} worker{}{}; {} on disk at the end\n",
                      plan.device_hours, report::duration_text(3600 * plan.device_hours / workers), workers,
                      workers == 1 ? "" : "s", calibrated ? "" : " (uncalibrated)", bytes_text(plan.disk_bytes));
  if (plan.features_bytes > 0) {
    text += fmt::format("a worker needs up to {} of memory for features and what is fitted to them\n",
                        bytes_text(plan.features_bytes));
  }
  if (plan.provisional) text += "some data are not here: ids are provisional\n";
  if (explain) text += "\n" + passes_text(plan) + images_text(plan.shared) + selections_text(plan);
  return text;
}

std::string plan_json(const plan::Plan& plan, bool calibrated, const std::vector<plan::ShardWork>& shards) {
  const auto totals = totals_of(plan);
  const auto stopping = plan::stopping_range(plan.tasks);
  ordered_json json = {{"runs", totals.runs},
                       {"later", totals.later},
                       {"excluded", totals.excluded},
                       {"tasks", totals.tasks},
                       {"done", plan.done},
                       {"again", plan.again},
                       {"remeasured", plan.remeasured},
                       {"device_hours", plan.device_hours},
                       {"calibrated", calibrated},
                       {"disk_bytes", plan.disk_bytes},
                       {"features_bytes", plan.features_bytes},
                       {"provisional", plan.provisional},
                       {"experiments", experiments_json(plan)},
                       {"folds", folds_json(plan)},
                       {"early_stopping",
                        {{"trainings", stopping.trainings},
                         {"least_epoch_images", stopping.least},
                         {"most_epoch_images", stopping.most}}},
                       {"passes", passes_json(plan)},
                       {"features_refused", plan.refused},
                       {"relabelled", plan.shared.relabelled},
                       {"looks", plan.shared.looks},
                       {"passes_over_images", plan.shared.passes},
                       {"selections_pending", plan.pending.size()}};
  for (const auto& shard : shards) {
    json["shards"].push_back({{"runs", shard.runs}, {"tasks", shard.tasks}, {"device_hours", shard.seconds / kHour_s}});
  }
  return json_text(json, 2) + "\n";
}

std::string shards_text(const plan::Plan& plan, const plan::ShardCut& cut, const std::vector<plan::ShardWork>& shards) {
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
  return "\n" + table.text() + shared_text(plan, cut) + waits;
}

}  // namespace espalier::cli
