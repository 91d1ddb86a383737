// Declares the options of `run`, and those that other verbs share; writes them down again for a job.
#include "cli/run_options.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"

namespace espalier::cli {

namespace {

/// "2/5": the second of five shards; "0/5": what several of them need.
void read_shard(const std::string& text, session::LaunchSettings& launch) {
  constexpr std::int32_t kMost = 100'000;
  const auto slash = text.find('/');
  const auto shard = whole_number<std::int32_t>(text.substr(0, slash));
  const auto shards = whole_number<std::int32_t>(slash == std::string::npos ? "" : text.substr(slash + 1));
  if (!shard || !shards || *shards < 1 || *shards > kMost || *shard < 0 || *shard > *shards) {
    throw UsageError(
        "--shard " + text + " is no shard", "",
        "Write I/K, I from 1 to K; 0/K is what several shards need. 'espalier plan --shards K' shows them.");
  }
  launch.shard = *shard;
  launch.shards = *shards;
}

}  // namespace

void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes) {
  verb.add_option("--without", without,
                  "passes to leave out: stages, features, replicas, bundles, groups; all of them is the reference")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"stages", "features", "replicas", "fuse", "bundles", "groups"}));
  verb.add_option(
          "--feature-memory", feature_bytes,
          "memory of a trainer for outputs of frozen units, as 2GB (default: its part of a quarter of what is free)")
      ->transform(CLI::AsSizeValue(false));
}

void add_common_options(CLI::App& verb, session::RunArguments& arguments) {
  session::LaunchSettings& launch = arguments.launch;
  verb.add_option("--threads", launch.threads, "threads a trainer (default 1; remembered by the directory)")
      ->check(CLI::Range(1, 4096));
  verb.add_option("--device", launch.device, "auto (a GPU where a trainer finds one), cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  verb.add_option("--only", launch.only, "CONDITION: run only these runs and what they need");
  verb.add_option("--set", arguments.study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb.add_option("--data-root", arguments.study.data_root,
                  "folder that data paths are relative to; default: the study's");
  verb.add_flag("--take-over", launch.take_over, "go on although a lost machine seems to hold the directory");
  verb.add_flag("--new-form", launch.new_form, "accept that other --threads change last bits");
  verb.add_flag("--accept-loss", launch.accept_loss, "go on over a damaged journal, without what is lost");
  verb.add_flag("--replace-study", arguments.replace_study,
                "let this study take the place of another one in OUT, whose runs then leave all tables");
  verb.add_option("--checkpoint-s", launch.checkpoint_s, "seconds between checkpoints of a training (default 60)")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--max-fails", launch.max_fails,
                  "save and end once N tasks have failed or were quarantined in this launch (default: go on)")
      ->check(CLI::PositiveNumber);
  add_pass_options(verb, launch.without, launch.feature_bytes);
}

void add_options(CLI::App& verb, session::RunArguments& arguments) {
  session::LaunchSettings& launch = arguments.launch;
  auto* study = verb.add_option("study", arguments.study.file, "the study file");
  verb.add_option("--out", arguments.out, "directory of results; the same command goes on where it stopped")
      ->required();
  verb.add_option("--workers", launch.workers, "trainers at a time (default: cores / threads)")
      ->check(CLI::Range(1, 65536));
  add_common_options(verb, arguments);
  auto* shard = verb.add_option_function<std::string>(
      "--shard", [&launch](const std::string& text) { read_shard(text, launch); },
      "I/K: run only shard I of K, for a store that 'espalier merge' joins with the others (0/K: what several need)");
  verb.add_flag("--smoke", launch.smoke, "one step of every distinct shape of task, into OUT/smoke")->excludes(shard);
  verb.add_flag("--noop", launch.noop, "answer tasks without doing them, into OUT/noop: tests the machinery");
  verb.add_option("--launcher", arguments.launcher, "who starts the processes: mpirun (default), or srun within a job")
      ->check(CLI::IsMember({"mpirun", "srun"}));
  verb.add_option("--mpi", arguments.mpi_plugin, "srun's plugin for Open MPI (default pmix)");
  verb.add_option("--warned-s", arguments.warned_s, "seconds to save in after SIGUSR1 or SIGUSR2 (default 115)")
      ->check(CLI::PositiveNumber);
  verb.add_option("--warned-code", arguments.warned_code,
                  "exit code in place of 75 where Slurm has ended the run by a warning, a preemption or its time limit")
      ->check(CLI::Range(1, 127));
  verb.add_option("--hang-s", launch.hang_s, "")->check(CLI::PositiveNumber)->group("");
  verb.add_option("--view-every-s", launch.view_every_s, "")->check(CLI::NonNegativeNumber)->group("");
  verb.add_option("--first-heartbeat-s", arguments.first_heartbeat_s, "")->check(CLI::PositiveNumber)->group("");
  verb.add_option("--silence-s", arguments.silence_s, "")->check(CLI::PositiveNumber)->group("");
  verb.add_option("--noop-tasks", launch.noop_tasks, "")
      ->check(CLI::PositiveNumber)
      ->group("")
      ->excludes(study)
      ->excludes(shard);
  verb.add_option("--noop-trainer", arguments.noop_trainer, "")->group("")->excludes(study);
}

std::vector<std::string> study_words(const session::StudyArguments& study) {
  std::vector<std::string> words = {std::filesystem::absolute(study.file).string()};
  if (!study.data_root.empty()) {
    words.insert(words.end(), {"--data-root", std::filesystem::absolute(study.data_root).string()});
  }
  for (const auto& change : study.overrides) words.insert(words.end(), {"--set", change});
  return words;
}

std::vector<std::string> launch_words(const session::RunArguments& arguments) {
  const session::LaunchSettings& launch = arguments.launch;
  const session::LaunchSettings otherwise;
  std::vector<std::string> words;
  const auto value = [&](const char* option, const auto& given, const auto& by_default) {
    if (given != by_default) words.insert(words.end(), {option, fmt::format("{}", given)});
  };
  const auto flag = [&](const char* option, bool given) {
    if (given) words.emplace_back(option);
  };
  value("--only", launch.only, otherwise.only);
  value("--threads", launch.threads, otherwise.threads);
  value("--device", launch.device, otherwise.device);
  value("--checkpoint-s", launch.checkpoint_s, otherwise.checkpoint_s);
  value("--max-fails", launch.max_fails, otherwise.max_fails);
  value("--without", fmt::format("{}", fmt::join(launch.without, ",")), std::string());
  value("--feature-memory", launch.feature_bytes, otherwise.feature_bytes);
  flag("--take-over", launch.take_over);
  flag("--new-form", launch.new_form);
  flag("--accept-loss", launch.accept_loss);
  flag("--replace-study", arguments.replace_study);
  return words;
}

}  // namespace espalier::cli
