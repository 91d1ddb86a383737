// Writes a profile as cluster/example-gpu.toml has it: a key a line, each with where its value is from or what to ask.
#include "espalier/site/first_profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/site/slurm_time.hpp"

namespace espalier::site {

namespace {

constexpr std::int64_t kUsualTime_s = 3600;      // of a profile without `time`
constexpr std::int32_t kMostDevices = 1024;      // parse_profile() takes no more
constexpr std::int32_t kMostNodes = 100'000;     // nor of these
constexpr std::int64_t kShareOfMemory_pct = 90;  // Slurm may keep some of a node's memory for itself

enum class Known : std::uint8_t { found, not_found };

struct Entry {
  std::string key, value, comment;
  Known known = Known::found;
};

/// A basic string of TOML. Control characters, which no name of Slurm's has, are left out.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 127) continue;
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string table_text(const char* name, const std::vector<Entry>& entries) {
  std::size_t key_width = 0, value_width = 0;
  for (const auto& entry : entries) {
    key_width = std::max(key_width, entry.key.size() + (entry.known == Known::found ? 0 : 2));
    value_width = std::max(value_width, entry.value.size());
  }
  std::string text = fmt::format("\n[{}]\n", name);
  for (const auto& entry : entries) {
    const auto key = (entry.known == Known::found ? "" : "# ") + entry.key;
    text += fmt::format("{:<{}} = {:<{}}  # {}\n", key, key_width, entry.value, value_width, entry.comment);
  }
  return text;
}

std::string value_of(const SlurmConfiguration& configuration, const std::string& key) {
  const auto found = configuration.find(key);
  return found == configuration.end() ? "" : found->second;
}

std::string time_text(std::int64_t seconds) { return seconds > 0 ? slurm_time_of(seconds) : "no limit"; }

std::string names_of_partitions(const std::vector<NodeKind>& kinds) {
  std::set<std::string> names;
  for (const auto& kind : kinds) names.insert(kind.partition);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string chosen_partition(const std::vector<NodeKind>& kinds, const std::string& wanted) {
  if (kinds.empty()) throw UsageError("sinfo shows no partition", "", "Ask the site which ones you may use.");
  const auto find = [&](const auto& condition) { return std::find_if(kinds.begin(), kinds.end(), condition); };
  auto found = find([&](const NodeKind& kind) { return wanted.empty() ? kind.is_default : kind.partition == wanted; });
  if (found == kinds.end() && !wanted.empty()) {
    throw UsageError(fmt::format("there is no partition '{}'", wanted), "",
                     fmt::format("sinfo shows {}.", names_of_partitions(kinds)));
  }
  if (found == kinds.end()) found = find([](const NodeKind& kind) { return kind.is_up; });
  return found == kinds.end() ? kinds.front().partition : found->partition;
}

/// The kind of node that the profile is for: with GPUs where there are any, and of those the most.
NodeKind chosen_kind(const std::vector<NodeKind>& kinds, const std::string& partition) {
  const NodeKind* best = nullptr;
  const auto is_better = [](const NodeKind& one, const NodeKind& than) {
    const bool has_gpus = gpus_of(one.gres).count > 0, had_gpus = gpus_of(than.gres).count > 0;
    return has_gpus != had_gpus ? has_gpus : one.nodes > than.nodes;
  };
  for (const auto& kind : kinds) {
    if (kind.partition == partition && (!best || is_better(kind, *best))) best = &kind;
  }
  return *best;
}

/// Facts that no key holds, as comments.
std::string head_text(const ClusterFacts& facts, const NodeKind& chosen) {
  std::string text = fmt::format(
      "# Written by 'espalier site init' for the cluster '{}' (Slurm {}).\n"
      "# What Slurm told is set; lines that begin with \"# key =\" it does not tell: fill them in or leave them out.\n"
      "# docs/slurm.md explains the keys; 'espalier site check' tries the profile out.\n"
      "# Partitions (sinfo):\n",
      value_of(facts.configuration, "ClusterName"), value_of(facts.configuration, "SLURM_VERSION"));
  for (const auto& kind : facts.kinds) {
    text += fmt::format("#   {}{}{}: {} nodes of {} CPUs, {} MB, {}, {}{}{}\n", kind.partition,
                        kind.is_default ? " (default)" : "", kind.is_up ? "" : " (not up)", kind.nodes, kind.cpus,
                        kind.megabytes, kind.gres.empty() ? "no gres" : kind.gres, time_text(kind.most_time_s),
                        kind.features.empty() ? "" : ", features " + kind.features,
                        kind == chosen ? "   <- this profile" : "");
  }
  text += "# Of 'scontrol show config':\n";
  for (const char* key : {"MpiDefault", "SelectType", "SelectTypeParameters", "TaskPlugin", "PreemptMode",
                          "PreemptParameters", "SlurmctldParameters", "JobRequeue", "KillWait", "MaxArraySize"}) {
    if (const auto value = value_of(facts.configuration, key); !value.empty())
      text += fmt::format("#   {} = {}\n", key, value);
  }
  return text;
}

Entry account_entry(const SlurmConfiguration& configuration) {
  const bool is_needed = value_of(configuration, "AccountingStorageEnforce").find("associations") != std::string::npos;
  return {"account", quoted(""),
          fmt::format("{}: 'sacctmgr show associations user=$USER' lists yours",
                      is_needed ? "jobs need one here (AccountingStorageEnforce)" : "what jobs are charged to"),
          Known::not_found};
}

Entry signal_entry(const SlurmConfiguration& configuration) {
  const auto has = [&](const char* key, const char* word) {
    return value_of(configuration, key).find(word) != std::string::npos;
  };
  const bool is_warned =
      has("SlurmctldParameters", "preempt_send_user_signal") || has("PreemptParameters", "user_signal");
  const auto mode = value_of(configuration, "PreemptMode");
  const bool is_preempting = !mode.empty() && mode != "OFF";
  return {"signal", quoted("USR2"),
          !is_preempting ? "the default; comes before the time limit (PreemptMode = OFF: nothing else ends a job)"
          : is_warned ? "the default; comes before the time limit and at preemption (preempt_send_user_signal)"
                      : "the default; comes before the time limit. At preemption only SIGTERM comes: ask the site for "
                        "preempt_send_user_signal",
          Known::not_found};
}

std::vector<Entry> slurm_entries(const SlurmConfiguration& configuration, const NodeKind& kind) {
  const auto& partition = kind.partition;
  const std::int64_t least =
      kind.most_time_s > 0 ? std::min(kind.most_time_s, kUsualTime_s) : kUsualTime_s;  // time that surely is allowed
  const bool has_default = kind.default_time_s > 0, has_most = kind.most_time_s > 0;
  const auto requeue = value_of(configuration, "JobRequeue");
  return {
      {"partition", quoted(partition),
       kind.is_default ? "sinfo: the default; others stand above" : "sinfo: not the default one; others stand above"},
      account_entry(configuration),
      {"qos", quoted(""), "'sacctmgr show qos' lists what there is; default: none asked for", Known::not_found},
      {"constraint", quoted(kind.features), "features that nodes must have; sinfo shows these", Known::not_found},
      {"time", quoted(slurm_time_of(has_default ? kind.default_time_s : least)),
       has_default ? "sinfo: of a job of this partition that names no time"
                   : "of a job where --time says nothing; the partition has no default",
       has_default || has_most ? Known::found : Known::not_found},
      {"most_time", quoted(slurm_time_of(has_most ? kind.most_time_s : 24 * kUsualTime_s)),
       has_most ? "sinfo: the longest job of this partition" : "sinfo: no limit; a QOS may have one, ask the site",
       has_most ? Known::found : Known::not_found},
      signal_entry(configuration),
      {"lead", quoted("2"),
       fmt::format(
           "the default, minutes before the limit. At preemption GraceTime counts: 'scontrol show partition {}'",
           partition),
       Known::not_found},
      {"requeue", quoted("scontrol"),
       requeue == "0"
           ? "JobRequeue = 0 is Slurm's default only, jobs ask for it; write submit where the site forbids it"
           : "JobRequeue = 1; write submit where the site forbids 'scontrol requeue'",
       requeue.empty() ? Known::not_found : Known::found},
      {"launcher", quoted("srun"), "the default; mpirun where 'srun --mpi=list' names no pmix", Known::not_found},
      {"mpi", quoted("pmix"), "the default; another of 'srun --mpi=list' that fits to Open MPI", Known::not_found},
      {"mail", quoted(""), "who is told of the end and of failure; default: nobody", Known::not_found},
  };
}

/// Nodes of the partition that have at least what the profile asks of one.
std::int32_t fitting_nodes(const std::vector<NodeKind>& kinds, const NodeKind& wanted) {
  std::int64_t nodes = 0;
  for (const auto& kind : kinds) {
    const bool fits = kind.partition == wanted.partition && kind.cpus >= wanted.cpus &&
                      kind.megabytes >= wanted.megabytes && gpus_of(kind.gres).request == gpus_of(wanted.gres).request;
    if (fits) nodes += kind.nodes;
  }
  if (wanted.most_nodes > 0) nodes = std::min<std::int64_t>(nodes, wanted.most_nodes);
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(nodes, 1, kMostNodes));
}

Entry memory_entry(const SlurmConfiguration& configuration, const NodeKind& kind, std::int32_t devices) {
  const auto megabytes = std::max<std::int64_t>(1, kind.megabytes * kShareOfMemory_pct / 100 / devices);
  const bool is_shared_out = value_of(configuration, "SelectTypeParameters").find("MEMORY") != std::string::npos ||
                             value_of(configuration, "SelectTypeParameters").find("Memory") != std::string::npos;
  if (is_shared_out && kind.megabytes > 1) {
    return {"megabytes_per_device", std::to_string(megabytes),
            fmt::format("sinfo: {} % of a node's {} MB, shared out", kShareOfMemory_pct, kind.megabytes)};
  }
  return {"megabytes_per_device", std::to_string(megabytes),
          "Slurm does not share out memory here (SelectTypeParameters), or does not know it", Known::not_found};
}

std::vector<Entry> node_entries(const ClusterFacts& facts, const NodeKind& kind) {
  const auto gpus = gpus_of(kind.gres);
  const std::int32_t cpus = std::max(1, kind.cpus);
  const std::int32_t devices = std::clamp(gpus.count > 0 ? gpus.count : cpus / kind.threads, 1, kMostDevices);
  std::vector<Entry> entries = {
      {"most", std::to_string(fitting_nodes(facts.kinds, kind)),
       "sinfo: nodes of this kind in the partition, or its limit of one job"},
      {"devices", std::to_string(devices),
       gpus.count > 0
           ? fmt::format("sinfo: GPUs of a node ({})", kind.gres)
           : fmt::format("sinfo: cores of a node, each with a trainer ({} CPUs, {} of a core)", cpus, kind.threads)},
  };
  if (gpus.count > 0) {
    entries.push_back(
        {"gres", quoted(gpus.request), gpus.are_of_kinds ? "sinfo; nodes have GPUs of other kinds, too" : "sinfo"});
  }
  entries.push_back({"cores_per_device", std::to_string(std::clamp(cpus / devices, 1, kMostDevices)),
                     fmt::format("sinfo: a node's {} CPUs, as Slurm counts them, shared out", cpus)});
  entries.push_back(memory_entry(facts.configuration, kind, devices));
  return entries;
}

std::vector<Entry> environment_entries() {
  return {
      {"modules", "[]", "what 'module load' is given: the Open MPI that espalier was built with", Known::not_found},
      {"script", quoted(""), "sourced after them", Known::not_found},
      {"cache", quoted(""), "ESPALIER_CACHE, a folder that all nodes see; default: each user's own", Known::not_found},
  };
}

}  // namespace

std::string first_profile(const ClusterFacts& facts, const std::string& partition) {
  const auto kind = chosen_kind(facts.kinds, chosen_partition(facts.kinds, partition));
  return head_text(facts, kind) + table_text("slurm", slurm_entries(facts.configuration, kind)) +
         table_text("nodes", node_entries(facts, kind)) + table_text("environment", environment_entries());
}

}  // namespace espalier::site
