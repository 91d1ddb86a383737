// Builds what rank 0 needs to plan: the study record, the function that compiles again, and copies of checkpoints.
#include "cli/launch_plan.hpp"

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "cli/calibration_file.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::cli {

namespace {

using nlohmann::json;

std::string facts_text(const plan::Facts& facts) {
  json all = json::object();
  for (const auto& [name, data] : facts.data) {
    all[name] = {{"digest", data.digest},
                 {"channels", data.shape.channels},
                 {"height", data.shape.height},
                 {"width", data.shape.width},
                 {"classes", data.class_names.size()},
                 {"class_counts", data.class_counts},
                 {"mean", data.mean},
                 {"std", data.std},
                 {"test_digest", data.test_digest},
                 {"test_counts", data.test_counts},
                 {"pack", data.pack_path},
                 {"test_pack", data.test_pack_path}};
  }
  return all.dump();
}

std::optional<double> bar_of(const study::Study& study, const std::string& source) {
  for (const auto& one : study.sources) {
    if (one.name == source && one.train.warn_below) return one.train.warn_below;
  }
  return study.train.warn_below;
}

std::string named(const plan::PlannedRun& run, const std::string& source) {
  const auto* split = run.label("split");
  return fmt::format("source '{}'{}", source, split ? ", split " + *split : "");
}

std::map<TaskId, runtime::SourceBar> bars_of(const study::Study& study, const plan::Plan& plan) {
  std::map<TaskId, const task::Task*> tasks;
  for (const auto& task : plan.tasks) tasks[task.id] = &task;
  std::map<TaskId, runtime::SourceBar> bars;
  for (const auto& run : plan.runs) {
    const auto* source = run.label("source");
    const auto task = tasks.find(run.task);
    if (!source || task == tasks.end()) continue;
    const auto bar = bar_of(study, *source);
    for (const auto& need : task->second->needs) {
      if (bar) bars.try_emplace(need, runtime::SourceBar{named(run, *source), *bar});
    }
  }
  return bars;
}

}  // namespace

store::StudyRecord study_record(const StudyInput& input, const RunArguments& arguments) {
  store::StudyRecord record;
  record.file_name = arguments.study.file.filename().string();
  record.text = input.study.text;
  record.overrides = arguments.study.overrides;
  record.workers = arguments.workers;
  record.threads = arguments.threads;
  record.without = arguments.without;
  record.facts_json = facts_text(input.facts);
  return record;
}

runtime::Replan replan_of(const StudyInput& input, const RunArguments& arguments) {
  const std::int64_t feature_bytes = feature_bytes_of(arguments.feature_bytes, arguments.workers);  // once per launch
  return [&input, &arguments, feature_bytes](const plan::Outcomes& outcomes,
                                             const std::vector<plan::SelectionOutcome>& decided) {
    plan::CompileOptions options;
    options.threads = arguments.threads;
    options.passes = passes_of(arguments.without);
    options.feature_bytes = feature_bytes;
    options.workers = arguments.workers;
    options.calibration = read_calibration(store_of(arguments));
    options.account = false;
    options.decided = decided;
    options.only = arguments.only;
    runtime::Planned planned{plan::compile(input.study, input.facts, outcomes, options), {}, {}};
    planned.bars = bars_of(input.study, planned.plan);
    for (const auto& [source, checkpoint] : input.facts.checkpoints) planned.checkpoints.push_back(checkpoint);
    return planned;
  };
}

runtime::Replan noop_replan(std::int64_t count) {
  return [count](const plan::Outcomes&, const std::vector<plan::SelectionOutcome>&) {
    runtime::Planned planned;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto digest = sha256("no-op task " + std::to_string(i));
      task::Task task;
      task.id = TaskId::of(digest);
      task.kind = task::TaskKind::noop;
      planned.plan.tasks.push_back(task);
      planned.plan.runs.push_back({RunId::of(digest), "noop", {{"number", std::to_string(i)}}, task.id, "", ""});
    }
    return planned;
  };
}

void bring_checkpoints(const StudyInput& input, const RunArguments& arguments, const std::filesystem::path& artifacts) {
  const auto& root_given = arguments.study.data_root;
  const auto root = root_given.empty() ? std::filesystem::absolute(arguments.study.file).parent_path() : root_given;
  std::filesystem::create_directories(artifacts);
  for (const auto& source : input.study.sources) {
    const auto digest = input.facts.checkpoints.find(source.name);
    if (digest == input.facts.checkpoints.end()) continue;
    const auto file = artifacts / (digest->second.hex + ".safetensors");
    const auto original = root / source.checkpoint;
    if (std::filesystem::exists(file) && std::filesystem::file_size(file) == std::filesystem::file_size(original))
      continue;
    // To the disk: a name that says what its bytes hash to must never stand over others.
    os::write_file_durably(file, os::MappedFile(original, os::NamedBy::user).bytes());
  }
}

}  // namespace espalier::cli
