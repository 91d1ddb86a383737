// Writes a plan's bundles, packs and checkpoints into a new folder, sources before the tasks that need them.
#include "espalier/session/plan_bundles.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <tuple>

#include "espalier/core/errors.hpp"
#include "espalier/frame/frame.hpp"
#include "espalier/protocol/control.hpp"
#include "session/launch_plan.hpp"

namespace espalier::session {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostTasks = 64;  ///< per bundle

void check(const plan::Plan& plan, const fs::path& folder) {
  if (!plan.pending.empty()) {
    throw UsageError(std::to_string(plan.pending.size()) + " selections are still to be made",
                     "a trainer alone makes none", "Give them with --given.");
  }
  if (fs::exists(folder) && (!fs::is_directory(folder) || !fs::is_empty(folder))) {
    throw UsageError("'" + folder.string() + "' is not empty, or no folder", "--bundles writes a new one",
                     "Name another one.");
  }
}

/// For each task the length of the longest chain of tasks that it needs.
std::map<TaskId, int> levels_of(const plan::Plan& plan) {
  std::map<TaskId, int> levels;
  for (const auto& task : plan.tasks) {  // `plan.tasks` lists sources before what needs them
    int level = 0;
    for (const auto& input : task.inputs) level = std::max(level, levels.at(input.task) + 1);
    levels[task.id] = level;
  }
  return levels;
}

/// Makes bundles of tasks that share most; no task comes before one that it needs.
std::vector<protocol::Bundle> bundles_of(const plan::Plan& plan, const plan::Passes& passes) {
  const auto levels = levels_of(plan);
  using Key = std::tuple<int, std::uint64_t, std::uint64_t, std::uint64_t, std::size_t>;
  std::map<Key, std::vector<const task::Task*>> together;
  for (const auto& task : plan.tasks) {
    const auto sharing = plan::sharing_of(task, passes);
    const bool alone = !passes.bundles || (sharing.features == 0 && sharing.family == 0);
    const std::uint64_t family = sharing.features == 0 ? sharing.family : 0;
    together[{levels.at(task.id), sharing.features, family, sharing.replicas, alone ? together.size() + 1 : 0}]
        .push_back(&task);
  }
  std::vector<protocol::Bundle> bundles;
  for (const auto& [key, tasks] : together) {
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (i % kMostTasks == 0) bundles.emplace_back();
      bundles.back().tasks.push_back({{}, *tasks[i], {}, {}});
    }
  }
  return bundles;
}

/// Copies packs into the folder. Returns data digest -> file name there.
std::map<std::string, std::string> bring_packs(const plan::Facts& facts, const fs::path& folder) {
  std::map<std::string, std::string> packs;
  fs::create_directories(folder / "packs");
  const auto bring = [&](const std::string& digest, const fs::path& from) {
    if (digest.empty() || packs.contains(digest)) return;
    packs[digest] = "packs/" + digest + ".safetensors";
    fs::copy_file(from, folder / packs[digest]);
  };
  for (const auto& [name, data] : facts.data) {
    bring(data.digest, data.pack_path);
    bring(data.test_digest, data.test_pack_path);
  }
  return packs;
}

void write_into(const fs::path& folder, const plan::Plan& plan, const StudyInput& input,
                const plan::CompileOptions& options) {
  bring_checkpoints(input.facts.checkpoints, input.checkpoint_files, folder / "artifacts");
  protocol::Setup setup;
  setup.artifact_dir = setup.unfinished_dir = "artifacts";
  setup.packs = bring_packs(input.facts, folder);
  setup.threads = options.threads;
  setup.share_stages = options.passes.stages;
  setup.feature_bytes = options.feature_bytes;
  setup.checkpoint_s = 1e9;  // no checkpoints: nobody resumes from them
  std::ofstream file(folder / "bundles", std::ios::binary);
  file << frame::encode(setup) << frame::encode(protocol::CatalogUpdate{plan.catalog});
  for (const auto& bundle : bundles_of(plan, options.passes)) file << frame::encode(bundle);
  file.flush();
  if (!file) throw fs::filesystem_error("write", folder / "bundles", std::make_error_code(std::errc::io_error));
}

}  // namespace

void write_bundles(const plan::Plan& plan, const StudyInput& input, const plan::CompileOptions& options,
                   const fs::path& folder) {
  check(plan, folder);
  const fs::path unfinished = folder.string() + ".unfinished";
  if (fs::exists(unfinished)) {
    throw UsageError("'" + unfinished.string() + "' is in the way", "an earlier 'plan --bundles' may have left it",
                     "Remove it if it is of no use.");
  }
  try {
    write_into(unfinished, plan, input, options);
    fs::remove(folder);
    fs::rename(unfinished, folder);
  } catch (const fs::filesystem_error& error) {
    throw EnvironmentError("'" + folder.string() + "' cannot be written", error.what(), "Is the disk full?");
  }
}

}  // namespace espalier::session
