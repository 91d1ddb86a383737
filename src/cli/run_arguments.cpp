// Declares the options of `run` and writes them out again as the command line of the ranks.
#include "cli/run_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/os/host.hpp"

namespace espalier::cli {

void add_pass_options(CLI::App& verb, std::vector<std::string>& without, std::uint64_t& feature_bytes) {
  verb.add_option("--without", without,
                  "passes to leave out: stages, features, fuse, bundles, groups; all of them is the reference")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"stages", "features", "fuse", "bundles", "groups"}));
  verb.add_option(
          "--feature-memory", feature_bytes,
          "memory of a trainer for outputs of frozen units, as 2GB (default: its part of a quarter of what is free)")
      ->transform(CLI::AsSizeValue(false));
}

plan::Passes passes_of(const std::vector<std::string>& without) {
  const auto on = [&](const char* name) { return std::find(without.begin(), without.end(), name) == without.end(); };
  return {on("stages") && on("bundles"), on("features"), on("fuse"), on("bundles"), on("groups")};
}

std::int64_t feature_bytes_of(std::uint64_t given, std::int32_t workers) {
  if (given > 0) return static_cast<std::int64_t>(given);
  return os::free_memory_bytes() / 4 / std::max(1, workers);
}

void add_options(CLI::App& verb, RunArguments& arguments) {
  auto* study = verb.add_option("study", arguments.study.file, "the study file");
  verb.add_option("--out", arguments.out, "directory of results; the same command goes on where it stopped")
      ->required();
  verb.add_option("--workers", arguments.workers, "trainers at a time (default: cores / threads)")
      ->check(CLI::Range(1, 65536));
  verb.add_option("--threads", arguments.threads, "threads a trainer (default 1; remembered by the directory)")
      ->check(CLI::Range(1, 4096));
  verb.add_option("--device", arguments.device, "auto (a GPU where a trainer finds one), cpu or cuda")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
  verb.add_option("--only", arguments.only, "CONDITION: run only these runs and what they need");
  verb.add_option("--set", arguments.study.overrides, "KEY=VALUE: change a value of the study")
      ->allow_extra_args(false);
  verb.add_option("--data-root", arguments.study.data_root,
                  "folder that data paths are relative to; default: the study's");
  verb.add_flag("--smoke", arguments.smoke, "one step of every distinct shape of task, into OUT/smoke");
  verb.add_flag("--noop", arguments.noop, "answer tasks without doing them, into OUT/noop: tests the machinery");
  verb.add_flag("--take-over", arguments.take_over, "go on although a lost machine seems to hold the directory");
  verb.add_flag("--new-form", arguments.new_form, "accept that other --threads change last bits");
  verb.add_flag("--accept-loss", arguments.accept_loss, "go on over a damaged journal, without what is lost");
  verb.add_option("--checkpoint-s", arguments.checkpoint_s, "seconds between checkpoints of a training (default 60)")
      ->check(CLI::NonNegativeNumber);
  verb.add_option("--hang-s", arguments.hang_s, "")->check(CLI::PositiveNumber)->group("");
  verb.add_option("--view-every-s", arguments.view_every_s, "")->check(CLI::NonNegativeNumber)->group("");
  add_pass_options(verb, arguments.without, arguments.feature_bytes);
  verb.add_option("--noop-tasks", arguments.noop_tasks, "")->check(CLI::PositiveNumber)->group("")->excludes(study);
}

std::vector<std::string> words_of(const RunArguments& arguments) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& name, const std::string& value) { words.push_back(name + "=" + value); };
  if (arguments.noop_tasks > 0) add("--noop-tasks", std::to_string(arguments.noop_tasks));
  add("--out", std::filesystem::absolute(arguments.out).string());
  add("--workers", std::to_string(arguments.workers));
  add("--threads", std::to_string(arguments.threads));
  if (!arguments.only.empty()) add("--only", arguments.only);
  for (const auto& change : arguments.study.overrides) add("--set", change);
  if (!arguments.study.data_root.empty()) {
    add("--data-root", std::filesystem::absolute(arguments.study.data_root).string());
  }
  for (const auto& pass : arguments.without) add("--without", pass);
  if (arguments.feature_bytes > 0) add("--feature-memory", std::to_string(arguments.feature_bytes));
  add("--device", arguments.device);
  if (arguments.smoke) words.push_back("--smoke");
  if (arguments.noop) words.push_back("--noop");
  if (arguments.take_over) words.push_back("--take-over");
  if (arguments.new_form) words.push_back("--new-form");
  if (arguments.accept_loss) words.push_back("--accept-loss");
  add("--checkpoint-s", fmt::format("{}", arguments.checkpoint_s));
  add("--hang-s", fmt::format("{}", arguments.hang_s));
  add("--view-every-s", fmt::format("{}", arguments.view_every_s));
  if (arguments.noop_tasks == 0) {
    words.push_back("--");
    words.push_back(std::filesystem::absolute(arguments.study.file).string());
  }
  return words;
}

std::filesystem::path store_of(const RunArguments& arguments) {
  const auto out = std::filesystem::absolute(arguments.out);
  if (arguments.smoke) return out / "smoke";
  if (arguments.noop || arguments.noop_tasks > 0) return out / "noop";
  return out;
}

}  // namespace espalier::cli
