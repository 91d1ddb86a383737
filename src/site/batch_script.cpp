// Fills the template slurm/job.sh with what a profile and a request say.
#include "espalier/site/batch_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "espalier/core/checks.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/site/slurm_time.hpp"
#include "site/job_template.hpp"

namespace espalier::site {

namespace {

/// A value of an #SBATCH line: sbatch splits those at blanks and knows double quotes.
std::string directive_word(const std::string& text) {
  const bool is_plain = text.find_first_of(" \t\"'\\#") == std::string::npos;
  if (is_plain) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return quoted + "\"";
}

/// "%" begins a pattern in names of files.
std::string file_word(const std::string& text) {
  std::string doubled;
  for (const char c : text) doubled += c == '%' ? "%%" : std::string{c};
  return directive_word(doubled);
}

std::string directives_of(const JobRequest& request, const Profile& profile) {
  std::vector<std::string> lines;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) lines.push_back(fmt::format("#SBATCH --{}={}", option, value));
  };
  add("job-name", directive_word(request.name));
  add("comment", request.token);
  add("partition", directive_word(profile.partition));
  add("account", directive_word(profile.account));
  add("qos", directive_word(profile.qos));
  add("constraint", directive_word(profile.constraint));
  add("nodes", nodes_text(request));
  // Of a range Slurm gives no more nodes than it needs for the tasks that this would count; one a node is the default.
  if (request.nodes == request.most_nodes) add("ntasks-per-node", "1");
  add("cpus-per-task", std::to_string(profile.devices * profile.cores_per_device));
  add("gres", directive_word(profile.gres));
  if (profile.megabytes_per_device > 0)
    add("mem", std::to_string(profile.devices * profile.megabytes_per_device) + "M");
  add("time", slurm_time_of(request.time_s));
  add("signal", fmt::format("B:{}@{}", profile.signal, profile.lead_s));
  lines.emplace_back(profile.requeue == Requeue::never ? "#SBATCH --no-requeue" : "#SBATCH --requeue");
  if (request.array > 0) add("array", fmt::format("1-{}", request.array));
  add("open-mode", "append");
  add("output", file_word((request.out / "logs").string()) + (request.array > 0 ? "/job-%A_%a.out" : "/job-%j.out"));
  if (!profile.mail.empty()) {
    add("mail-user", directive_word(profile.mail));
    add("mail-type", "END,FAIL");
  }
  for (const auto* options : {&profile.options, &request.sbatch_options}) {
    for (const auto& option : *options) lines.push_back("#SBATCH " + directive_word(option));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string environment_of(const JobRequest& request, const Profile& profile) {
  std::vector<std::string> lines;
  for (const auto& module : profile.modules) lines.push_back("module load " + shell_word(module));
  if (!profile.script.empty()) lines.push_back(". " + shell_word(profile.script));
  if (!profile.cache.empty()) lines.push_back("export ESPALIER_CACHE=" + shell_word(profile.cache));
  if (lines.empty()) lines.emplace_back("# (The profile asks for no modules and no script.)");
  if (!request.functions.empty()) lines.push_back("\n" + request.functions);
  return fmt::format("{}", fmt::join(lines, "\n"));
}

/// Of the time between the warning and the limit: the rest is for the end of all processes and the requeue.
std::int64_t seconds_to_save(std::int64_t lead_s) {
  return std::max(lead_s - std::min<std::int64_t>(5, lead_s / 2), std::int64_t{1});
}

std::string command_of(const JobRequest& request, const Profile& profile) {
  std::string text;
  for (const auto& word : request.command) text += shell_word(word) + " ";
  text += fmt::format("--launcher {} ", profile.launcher);
  if (profile.launcher == "srun") text += fmt::format("--mpi {} ", shell_word(profile.mpi));
  text += fmt::format("--warned-s {} ", seconds_to_save(profile.lead_s));
  text += fmt::format("--warned-code {} ", kWarnedCode);
  return text + fmt::format("--workers \"$((SLURM_JOB_NUM_NODES * {}))\"", profile.devices);
}

/// The successor is a start of the same job for the journal, which counts starts in vain; its own Slurm knows nothing
/// of that.
constexpr const char* kSubmitSuccessor =
    "  export ESPALIER_JOB=${ESPALIER_JOB:-$SLURM_JOB_ID}\n"
    "  export ESPALIER_STARTS=$((${ESPALIER_STARTS:-0} + ${SLURM_RESTART_COUNT:-0} + 1))\n"
    "  unset SLURM_RESTART_COUNT\n"
    "  for pause in 1 2 4 8 16 32 60; do # slurmctld may be away for a moment\n"
    "    sbatch --dependency=\"afterany:$SLURM_JOB_ID\" \"$0\" && exit \"$code\"\n"
    "    sleep \"$pause\"\n"
    "  done\n"
    "  echo \"espalier: saved, but no successor could be submitted. The same 'espalier submit' goes on.\" >&2";

/// The id of one element of an array may be that of the whole array.
const char* own_job(const JobRequest& request) {
  return request.array > 0 ? "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}" : "$SLURM_JOB_ID";
}

std::string come_back(const JobRequest& request, const Profile& profile) {
  switch (profile.requeue) {
    case Requeue::never: return "  echo \"espalier: saved. The same 'espalier submit' goes on.\"";
    case Requeue::submit: return kSubmitSuccessor;
    case Requeue::scontrol: break;
  }
  return "  for pause in 1 2 4 8 16 32 60; do # slurmctld may be away for a moment\n"
         "    if scontrol requeue \"" +
         std::string(own_job(request)) +
         "\"; then\n"
         "      while [ -z \"$over\" ]; do sleep 1; done # Slurm ends this script now\n"
         "      exit \"$code\"\n"
         "    fi\n"
         "    sleep \"$pause\"\n"
         "  done\n"
         "  echo \"espalier: saved, but the job could not be requeued. The same 'espalier submit' goes on.\" >&2";
}

}  // namespace

std::string shell_word(const std::string& text) {
  const auto is_plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string{c};
  return quoted + "'";
}

std::filesystem::path stop_mark(const std::filesystem::path& out) { return out / "logs" / "stopped"; }

std::string nodes_text(const JobRequest& request) {
  const auto least = std::to_string(request.nodes);
  return request.most_nodes == request.nodes ? least : least + "-" + std::to_string(request.most_nodes);
}

std::string token_of(const std::filesystem::path& out) {
  return "espalier:" + to_hex(sha256(std::filesystem::weakly_canonical(out).string()), 8);
}

std::vector<std::string> excesses_of(const JobRequest& request, const Profile& profile) {
  std::vector<std::string> lines;
  if (request.most_nodes > profile.most_nodes) {
    lines.push_back(fmt::format("{} nodes are more than the {} of one job", nodes_text(request), profile.most_nodes));
  }
  if (profile.most_time_s > 0 && request.time_s > profile.most_time_s) {
    lines.push_back(fmt::format("{} is longer than the longest time, {}", slurm_time_of(request.time_s),
                                slurm_time_of(profile.most_time_s)));
  }
  if (request.time_s <= profile.lead_s) {
    lines.push_back(fmt::format("{} leaves no time before the warning, which comes {} s before the end",
                                slurm_time_of(request.time_s), profile.lead_s));
  }
  return lines;
}

std::string batch_script(const JobRequest& request, const Profile& profile) {
  const std::map<std::string_view, std::string> values = {{"directives", directives_of(request, profile)},
                                                          {"folder", shell_word(request.folder.string())},
                                                          {"environment", environment_of(request, profile)},
                                                          {"command", command_of(request, profile)},
                                                          {"lead", std::to_string(profile.lead_s)},
                                                          {"warned_code", std::to_string(kWarnedCode)},
                                                          {"stopped", shell_word(stop_mark(request.out).string())},
                                                          {"come_back", come_back(request, profile)}};
  std::string script;
  for (std::string_view rest = kJobTemplate; !rest.empty();) {
    const auto open = rest.find("{{");
    script += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = rest.find("}}", open);
    ESPALIER_EXPECT(close != std::string_view::npos);
    script += values.at(rest.substr(open + 2, close - open - 2));
    rest.remove_prefix(close + 2);
  }
  return script;
}

}  // namespace espalier::site
