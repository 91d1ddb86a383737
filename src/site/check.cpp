// Judges what the ranks of a check saw: each finding says what is well, or what to do about it.
#include "espalier/site/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "espalier/site/foreign_mpirun.hpp"

namespace espalier::site {

namespace {

constexpr double kMostClock_s = 1, kMostSync_s = 1, kLateSight_s = 1;

using Ranks = std::vector<RankFacts>;

/// The hosts of the ranks that `condition` holds for.
template <class Condition>
std::string hosts_where(const Ranks& ranks, Condition condition) {
  std::set<std::string> hosts;
  for (const auto& one : ranks) {
    if (condition(one)) hosts.insert(one.host);
  }
  return fmt::format("{}", fmt::join(hosts, ", "));
}

std::map<std::string, std::int32_t> ranks_by_host(const Ranks& ranks) {
  std::map<std::string, std::int32_t> hosts;
  for (const auto& one : ranks) ++hosts[one.host];
  return hosts;
}

Finding job_finding(const JobFacts& facts, std::int32_t nodes) {
  if (facts.nodes != nodes)
    return {false, "job", fmt::format("Slurm gave {} nodes in place of {}. Look at its options.", facts.nodes, nodes)};
  if (!facts.is_whole)
    return {false, "job",
            "it ended before everything was tried. Its output says why; ask for fewer nodes with --nodes."};
  return {true, "job", fmt::format("{} node{}", nodes, nodes == 1 ? "" : "s")};
}

Finding mpirun_finding(const JobFacts& facts) {
  if (facts.launcher == "srun") {
    const auto command = fmt::format("srun --mpi={}", facts.plugin);
    if (facts.world == 0) return {true, "mpi", fmt::format("{}, started by {}", facts.mpi, command)};
    return {false, "mpi",
            fmt::format("'{}' does not start ranks of {}. 'srun --mpi=list' shows others for slurm.mpi.", command,
                        facts.mpi)};
  }
  if (facts.mpirun.empty()) {
    return {false, "mpi", "there is no mpirun in PATH. Name the module of " + facts.mpi + " in environment.modules."};
  }
  const auto against = foreign_mpirun(facts.mpirun_said, facts.mpi);
  if (against.empty()) return {true, "mpi", fmt::format("{}, started by {}", facts.mpi, facts.mpirun)};
  return {false, "mpi",
          fmt::format("the first mpirun in PATH, {}, {} ({}). Put that of {} first, by environment.modules or "
                      "environment.script.",
                      facts.mpirun, against, facts.mpirun_said, facts.mpi)};
}

Finding rank_finding(const JobFacts& facts, const Profile& profile) {
  if (facts.launch_code < 0) return {false, "ranks", "none were started, because mpirun does not fit."};
  if (facts.world > 0) {
    return {false, "ranks",
            fmt::format("{} started worlds of {} in place of one of {}. It does not fit to {}.", facts.launcher,
                        facts.world, facts.ranks_asked, facts.mpi)};
  }
  if (facts.ranks.empty()) {
    return {false, "ranks",
            fmt::format("{} ended with {} and no rank reported ({}). {} logs/ranks.log has it all.", facts.launcher,
                        facts.launch_code == 124 ? "a time-out" : "code " + std::to_string(facts.launch_code),
                        facts.launch_said.empty() ? "it said nothing" : facts.launch_said,
                        facts.launcher == "srun" ? "Does slurm.mpi fit ('srun --mpi=list')?"
                                                 : "'srun -N2 hostname' must work in a job.")};
  }
  const auto hosts = ranks_by_host(facts.ranks);
  std::vector<std::string> texts;
  bool is_even = static_cast<std::int32_t>(hosts.size()) == facts.nodes;
  for (const auto& [host, count] : hosts) {
    texts.push_back(fmt::format("{} ({})", host, count));
    is_even = is_even && count == profile.devices;
  }
  const auto list = fmt::format("{}", fmt::join(texts, ", "));
  if (is_even) return {true, "ranks", list};
  return {false, "ranks",
          fmt::format("not {} on each of {} nodes, but {}. Do all nodes have names of their own, and does the site set "
                      "OMPI_MCA_ variables?",
                      profile.devices, facts.nodes, list)};
}

Finding build_finding(const Ranks& ranks, const std::string& build) {
  const auto others = hosts_where(ranks, [&](const RankFacts& one) { return one.build != build; });
  if (others.empty()) return {true, "build", "all ranks run the program that submitted the job"};
  return {false, "build",
          fmt::format("{}: another build than here. Install it once, in a folder that all see.", others)};
}

Finding folder_finding(const Ranks& ranks) {
  const auto blind = hosts_where(ranks, [](const RankFacts& one) { return one.seen_s < 0; });
  if (!blind.empty()) {
    std::string trouble;
    for (const auto& one : ranks) trouble = one.seen_s < 0 && trouble.empty() ? one.trouble : trouble;
    return {false, "folder",
            fmt::format("{} did not see what {} wrote{}. OUT must be on a file system that all nodes share.", blind,
                        ranks.front().host, trouble.empty() ? "" : " (" + trouble + ")")};
  }
  double latest = 0;
  for (const auto& one : ranks) latest = std::max(latest, one.seen_s);
  return {true, "folder",
          latest < kLateSight_s ? "all ranks see it" : fmt::format("all ranks see it, after {:.0f} s", latest)};
}

Finding clock_finding(const Ranks& ranks) {
  const auto far = [](const RankFacts& one) { return std::abs(one.clock_s) - one.clock_bound_s; };
  const auto worst = std::max_element(ranks.begin(), ranks.end(),
                                      [&](const auto& one, const auto& other) { return far(one) < far(other); });
  double bound = 0;
  for (const auto& one : ranks) bound = std::max(bound, one.clock_bound_s);
  if (far(*worst) <= kMostClock_s) {
    return {true, "clock", fmt::format("nodes agree within {:.1f} ms", 1e3 * (std::max(0.0, far(*worst)) + bound))};
  }
  return {false, "clock",
          fmt::format("{} is {:.1f} s {} {} (within {:.1f} ms). Times in logs will not fit; tell the site.",
                      worst->host, std::abs(worst->clock_s), worst->clock_s > 0 ? "ahead of" : "behind",
                      ranks.front().host, 1e3 * worst->clock_bound_s)};
}

Finding device_finding(const Ranks& ranks, const Profile& profile) {
  if (!profile.gres.empty()) {
    const auto poor = hosts_where(ranks, [&](const RankFacts& one) { return one.gpus < profile.devices; });
    if (!poor.empty()) {
      return {false, "devices",
              fmt::format("{}: not all of the {} GPUs of nodes.devices are there. Compare nodes.gres ({}) "
                          "with 'scontrol show node'.",
                          poor, profile.devices, profile.gres)};
    }
  }
  const std::int32_t wanted = profile.devices * profile.cores_per_device;
  const auto poor = hosts_where(ranks, [&](const RankFacts& one) { return one.cores < wanted; });
  const auto least = std::min_element(ranks.begin(), ranks.end(),
                                      [](const auto& one, const auto& other) { return one.cores < other.cores; });
  if (!poor.empty()) {
    return {
        false, "devices",
        fmt::format("{}: ranks may use only {} of {} cores. Lower nodes.cores_per_device; with hyper-threads Slurm may "
                    "count two for a core.",
                    poor, least->cores, wanted)};
  }
  return {true, "devices",
          profile.gres.empty() ? fmt::format("{} cores of each node", least->cores)
                               : fmt::format("{} GPUs and {} cores of each node", profile.devices, least->cores)};
}

Finding lock_finding(const Ranks& ranks) {
  const auto where = [&](const char* got) {
    return hosts_where(ranks, [&](const RankFacts& one) { return one.lock == got; });
  };
  if (const auto hosts = where("unsupported"); !hosts.empty()) {
    return {false, "flock",
            hosts +
                ": the file system has no flock. Studies go on by the journal's fences, and warn of it; "
                "ask for the mount option flock."};
  }
  if (const auto hosts = where("taken"); !hosts.empty()) {
    return {false, "flock",
            fmt::format("{} got the lock that {} held: locks end at the node. Never start two jobs for one "
                        "OUT; ask for flock over all nodes (not localflock, not local_lock).",
                        hosts, ranks.front().host)};
  }
  const auto untried = hosts_where(ranks, [](const RankFacts& one) { return one.lock != "held"; });
  if (!untried.empty()) return {false, "flock", untried + " could not try it."};
  return {true, "flock", "all others are refused the lock that " + ranks.front().host + " holds"};
}

Finding rename_finding(const Ranks& ranks) {
  const auto blind = hosts_where(ranks, [](const RankFacts& one) { return one.renamed_s < 0; });
  if (!blind.empty()) {
    return {false, "rename",
            blind +
                " did not see a file that was renamed over another. Results and requests would not be "
                "seen; take another file system."};
  }
  double latest = 0;
  for (const auto& one : ranks) latest = std::max(latest, one.renamed_s);
  return {true, "rename",
          latest < kLateSight_s ? "seen by all" : fmt::format("seen by all, after up to {:.0f} s", latest)};
}

Finding sync_finding(const Ranks& ranks) {
  const auto failed = std::find_if(ranks.begin(), ranks.end(), [](const RankFacts& one) { return one.sync_s < 0; });
  if (failed != ranks.end()) {
    return {false, "fsync",
            fmt::format("{} could not write and sync a file{}.", failed->host,
                        failed->trouble.empty() ? "" : " (" + failed->trouble + ")")};
  }
  const auto worst = std::max_element(ranks.begin(), ranks.end(),
                                      [](const auto& one, const auto& other) { return one.sync_s < other.sync_s; });
  const auto text = fmt::format("takes up to {:.1f} ms", 1e3 * worst->sync_s);
  if (worst->sync_s <= kMostSync_s) return {true, "fsync", text};
  return {false, "fsync", text + " on " + worst->host + ". Nothing is acknowledged before: take a faster file system."};
}

Finding warning_finding(const JobFacts& facts, const Profile& profile) {
  if (facts.warned_s >= 0)
    return {true, "warning", fmt::format("{} reaches the study after {:.1f} s", profile.signal, facts.warned_s)};
  return {false, "warning",
          fmt::format("{} did not reach the study{}. Try the other value of slurm.signal.", profile.signal,
                      facts.warning_said.empty() ? "" : " (" + facts.warning_said + ")")};
}

Finding step_finding(const JobFacts& facts) {
  const auto said = facts.step_said.empty() ? "" : " (" + facts.step_said + ")";
  if (facts.step_tasks < facts.nodes) {
    return {false, "step",
            fmt::format("srun started {} of {} tasks{}. 'srun -N2 hostname' must work in a job.", facts.step_tasks,
                        facts.nodes, said)};
  }
  if (facts.step_children < facts.step_tasks) {
    return {
        false, "step",
        fmt::format("SIGTERM to a step reached {} of {} children of its tasks. Work is saved only by a warning or by "
                    "'espalier stop'; ask for ProctrackType=proctrack/cgroup.",
                    facts.step_children, facts.step_tasks)};
  }
  return {true, "step", "SIGTERM reaches the children of its tasks"};
}

}  // namespace

std::vector<Finding> findings_of(const JobFacts& facts, const Profile& profile, std::int32_t nodes,
                                 const std::string& build) {
  std::vector<Finding> findings = {job_finding(facts, nodes), mpirun_finding(facts), rank_finding(facts, profile)};
  if (!facts.ranks.empty()) {
    const auto& ranks = facts.ranks;
    const auto folder = folder_finding(ranks);
    findings.insert(findings.end(), {build_finding(ranks, build), clock_finding(ranks), device_finding(ranks, profile),
                                     folder, sync_finding(ranks)});
    if (folder.is_ok) findings.insert(findings.end(), {lock_finding(ranks), rename_finding(ranks)});
  }
  findings.push_back(warning_finding(facts, profile));
  findings.push_back(step_finding(facts));
  return findings;
}

}  // namespace espalier::site
