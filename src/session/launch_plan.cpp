// Builds what rank 0 needs to plan: the study record, the function that compiles again, and copies of checkpoints.
#include "session/launch_plan.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/plan/shards.hpp"
#include "espalier/session/calibration_file.hpp"

namespace espalier::session {

namespace {

std::optional<double> threshold_of(const study::Study& study, const std::string& source) {
  for (const auto& one : study.sources) {
    if (one.name == source && one.train.warn_below) return one.train.warn_below;
  }
  return study.train.warn_below;
}

std::string named(const plan::PlannedRun& run, const std::string& source) {
  const auto* split = run.label("split");
  const auto* replicate = run.redrawn ? run.label("replicate") : nullptr;
  return fmt::format("source '{}'{}{}", source, split ? ", split " + *split : "",
                     replicate ? ", replicate " + *replicate : "");
}

std::map<TaskId, runtime::SourceThreshold> thresholds_of(const study::Study& study, const plan::Plan& plan) {
  std::map<TaskId, const task::Task*> tasks;
  for (const auto& task : plan.tasks) tasks[task.id] = &task;
  std::map<TaskId, runtime::SourceThreshold> thresholds;
  for (const auto& run : plan.runs) {
    const auto* source = run.label("source");
    const auto task = tasks.find(run.task);
    if (!source || task == tasks.end()) continue;
    const auto threshold = threshold_of(study, *source);
    for (const auto& input : task->second->inputs) {
      if (threshold && input.role == task::InputRole::pretraining) {
        thresholds.try_emplace(input.task, runtime::SourceThreshold{named(run, *source), *threshold});
      }
    }
  }
  return thresholds;
}

runtime::Planned planned_of(plan::Plan plan, const study::Study& study, const plan::Facts& facts) {
  runtime::Planned planned{std::move(plan), {}, {}, {}, {}};
  planned.thresholds = thresholds_of(study, planned.plan);
  for (const auto& [source, checkpoint] : facts.checkpoints) planned.checkpoints.push_back(checkpoint);
  return planned;
}

/// Compiles as if nothing were done, so that selections wait until all shards are merged. All tasks of the plan are
/// listed, whichever shard they are in: so shard 0 fixes the forms for the stores that begin as a merge of its own.
runtime::Replan replan_of_shard(const Launch& launch, const plan::CompileOptions& compile,
                                const std::filesystem::path& out) {
  return [study = launch.study, facts = launch.facts, options = compile, out, settings = launch.settings,
          cut = std::optional<plan::ShardCut>()](const plan::Outcomes&,
                                                 const std::vector<plan::SelectionOutcome>& decided) mutable {
    options.calibration = read_calibration(out);
    options.decided = decided;
    auto planned = planned_of(plan::compile(study, facts, {}, options), study, facts);
    planned.plan.pending.clear();
    if (!cut) cut = plan::cut_study(study, facts, settings.only, settings.shards);
    planned.works_on = plan::tasks_of_shard(*cut, planned.plan, settings.shard);
    return planned;
  };
}

}  // namespace

store::StudyRecord study_record(const Launch& launch) {
  const bool made_up = launch.settings.noop_tasks > 0;
  store::StudyRecord record;
  record.file_name = made_up ? "no-op tasks" : launch.study_file;
  record.text = made_up ? " " : launch.study.text;
  record.overrides = launch.overrides;
  record.workers = launch.settings.workers;
  record.threads = launch.settings.threads;
  record.without = launch.settings.without;
  record.facts = launch.facts;
  record.trial = made_up || launch.settings.smoke || launch.settings.noop;
  return record;
}

runtime::Replan replan_of(const Launch& launch, const runtime::LaunchOptions& launching) {
  plan::CompileOptions options;
  options.threads = launch.settings.threads;
  options.passes = launching.passes;
  options.feature_bytes = launching.setup.feature_bytes;
  options.workers = launch.settings.workers;
  options.account = false;
  options.only = launch.settings.only;
  if (launch.settings.shards > 0) return replan_of_shard(launch, options, launching.out);
  return [study = launch.study, facts = launch.facts, options, out = launching.out](
             const plan::Outcomes& outcomes, const std::vector<plan::SelectionOutcome>& decided) mutable {
    options.calibration = read_calibration(out);
    options.decided = decided;
    auto planned = planned_of(plan::compile(study, facts, outcomes, options), study, facts);
    planned.networks = plan::choose_networks(planned.plan, study, outcomes);
    return planned;
  };
}

runtime::Replan noop_replan(std::int64_t count, double cost_s) {
  return [count, cost_s](const plan::Outcomes&, const std::vector<plan::SelectionOutcome>&) {
    runtime::Planned planned;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto digest = sha256("no-op task " + std::to_string(i));
      task::Task task;
      task.id = TaskId::of(digest);
      task.cost_s = cost_s;
      auto& spec = task::training(task);
      spec.batch = 1;
      spec.init_seed = static_cast<std::uint64_t>(i);  // each a family of its own: nothing is shared
      planned.plan.tasks.push_back(task);
      planned.plan.runs.push_back({RunId::of(digest), "noop", {{"number", std::to_string(i)}}, task.id, "", ""});
    }
    return planned;
  };
}

void bring_checkpoints(const std::map<std::string, ArtifactId>& checkpoints,
                       const std::map<std::string, std::string>& files, const std::filesystem::path& artifacts) {
  std::filesystem::create_directories(artifacts);
  for (const auto& [source, digest] : checkpoints) {
    const auto file = artifacts / (digest.hex + ".safetensors");
    const std::filesystem::path original = files.at(source);
    if (std::filesystem::exists(file) && std::filesystem::file_size(file) == std::filesystem::file_size(original))
      continue;
    // To the disk: a name that says what its bytes hash to must never stand over others.
    const os::MappedFile mapped(original, os::NamedBy::user);
    if (to_hex(sha256(mapped.bytes())) != digest.hex) {
      throw EnvironmentError("the checkpoint '" + original.string() + "' has changed",
                             "it held other bytes when the study was planned", "Run the same command again.");
    }
    os::write_file_durably(file, mapped.bytes());
  }
}

}  // namespace espalier::session
