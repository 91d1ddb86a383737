// Writes the three scripts of a study in shards. Each runs a shell function in the place of `espalier run`: what comes
// before the run, a merge or a calibration, is then stopped by the same signals.
#include "espalier/site/shard_scripts.hpp"

#include <fmt/format.h>

namespace espalier::site {

namespace {

/// Given to all functions. A warning that comes before the run has begun: the job comes back as after one that saves.
std::string come_back() { return fmt::format("  trap 'exit {}' USR1 USR2\n", kWarnedCode); }

std::string words_of(const std::vector<std::string>& command) {
  std::string text;
  for (const auto& word : command) text += (text.empty() ? "" : " ") + shell_word(word);
  return text;
}

std::string first_function(const ShardedRequest& request, const Profile& profile) {
  const auto store = store_of_shard(request.job.out, 0);
  return fmt::format(
      "# Measures what steps cost, fixes how every run is computed, and trains what several shards need.\n"
      "run_first() {{\n{}"
      "  if [ ! -e {} ]; then\n"
      "    {} --out {} --workers {} || exit\n"
      "  fi\n"
      "  exec \"$@\"\n"
      "}}",
      come_back(), shell_word((store / "calibration.json").string()), words_of(request.calibrate),
      shell_word(store.string()), profile.devices);
}

/// Refuses where the first job has not ended its work: its code is kept, so that the cause is told by every job.
std::string first_is_done(const ShardedRequest& request) {
  return fmt::format(
      "  code=0\n"
      "  {0} wait {1} || code=$?\n"
      "  if [ \"$code\" -gt 1 ]; then # 1: some of its runs failed\n"
      "    echo \"espalier: the first job, which trains what the shards need, is not done (code $code);\" \\\n"
      "      \"the same 'espalier submit' goes on\" >&2\n"
      "    exit \"$code\"\n"
      "  fi\n",
      shell_word(request.job.command.front()), shell_word(store_of_shard(request.job.out, 0).string()));
}

std::string shard_function(const ShardedRequest& request) {
  return fmt::format(
      "# Begins the shard's store with what the first job has made, then runs the shard.\n"
      "store={0}/$SLURM_ARRAY_TASK_ID\n"
      "run_shard() {{\n{1}{2}"
      "  if [ ! -e \"$store/journal/000001.log\" ]; then\n"
      "    {3} merge {4} --out \"$store\" || exit\n"
      "  fi\n"
      "  exec \"$@\" --out \"$store\" --shard \"$SLURM_ARRAY_TASK_ID/{5}\"\n"
      "}}",
      shell_word((request.job.out / "shards").string()), come_back(), first_is_done(request),
      shell_word(request.job.command.front()), shell_word(store_of_shard(request.job.out, 0).string()), request.shards);
}

std::string last_function(const ShardedRequest& request) {
  return fmt::format(
      "# Merges all shards, then runs what is left: what waited for selections, and what a shard has not done.\n"
      "run_last() {{\n{0}{1}"
      "  stores=()\n"
      "  for shard in $(seq 0 {2}); do\n"
      "    store={3}/$shard code=0\n"
      "    {4} wait \"$store\" 2>/dev/null || code=$?\n"
      "    [ \"$code\" -le 1 ] || echo \"espalier: shard $shard is not done (code $code): this job does what it left\" "
      ">&2\n"
      "    [ ! -e \"$store/journal/000001.log\" ] || stores+=(\"$store\")\n"
      "  done\n"
      "  {4} merge \"${{stores[@]}}\" --out {5} || exit\n"
      "  exec \"$@\"\n"
      "}}",
      come_back(), first_is_done(request), request.shards, shell_word((request.job.out / "shards").string()),
      shell_word(request.job.command.front()), shell_word(request.job.out.string()));
}

JobRequest job_of(const ShardedRequest& request, const char* function, std::string text) {
  JobRequest job = request.job;
  job.functions = std::move(text);
  job.command.insert(job.command.begin(), function);
  return job;
}

}  // namespace

std::filesystem::path store_of_shard(const std::filesystem::path& out, std::int32_t shard) {
  return out / "shards" / std::to_string(shard);
}

ShardScripts shard_scripts(const ShardedRequest& request, const Profile& profile) {
  JobRequest first = job_of(request, "run_first", first_function(request, profile));
  for (const auto& word : {std::string("--out"), store_of_shard(request.job.out, 0).string(), std::string("--shard"),
                           fmt::format("0/{}", request.shards)})
    first.command.push_back(word);
  JobRequest shards = job_of(request, "run_shard", shard_function(request));
  shards.array = request.shards;
  JobRequest last = job_of(request, "run_last", last_function(request));
  last.command.insert(last.command.end(), {"--out", request.job.out.string()});
  return {batch_script(first, profile), batch_script(shards, profile), batch_script(last, profile)};
}

}  // namespace espalier::site
