// Reads limits of control groups: cpu.max and memory.max (v2), cpu.cfs_quota_us and memory.limit_in_bytes (v1).
// Reads counters of killed processes: memory.events (v2), memory.oom_control (v1), /proc/vmstat. Sources: Linux,
// Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst.
#include "os/cgroup.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "espalier/core/errors.hpp"

namespace espalier::os {

namespace {

namespace fs = std::filesystem;

/// The words of a small file; none if it is not there.
std::vector<std::string> words_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// None for "max", for a negative number (v1: no quota) and for what no int64 holds (v1: no limit).
std::optional<std::int64_t> number_of(const std::string& word, const fs::path& file) {
  if (word == "max") return std::nullopt;
  std::int64_t number = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), number);
  if (parsed.ec == std::errc::result_out_of_range) return std::nullopt;
  if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size()) {
    throw EnvironmentError("cannot read the limit in '" + file.string() + "'", "'" + word + "' is not a number",
                           "Give --workers and --threads, and check how this machine's control groups are mounted.");
  }
  return number < 0 ? std::nullopt : std::optional(number);
}

std::optional<std::int64_t> number_in(const fs::path& file) {
  const auto words = words_of(file);
  return words.empty() ? std::nullopt : number_of(words[0], file);
}

template <class Number>
void tighten(std::optional<Number>& limit, Number other) {
  limit = limit ? std::min(*limit, other) : other;
}

void add_cores(CgroupLimits& limits, std::optional<std::int64_t> quota_us, std::optional<std::int64_t> period_us) {
  if (!quota_us || !period_us || *period_us <= 0) return;
  tighten(limits.cores, static_cast<double>(*quota_us) / static_cast<double>(*period_us));
}

/// Cached files that were not used lately: the kernel takes them back before a limit is met, as in MemAvailable.
std::int64_t reclaimable_bytes(const fs::path& group, const char* key) {
  const auto words = words_of(group / "memory.stat");
  const auto at = std::find(words.begin(), words.end(), key);
  if (at == words.end() || at + 1 == words.end()) return 0;
  return number_of(*(at + 1), group / "memory.stat").value_or(0);
}

void add_memory(CgroupLimits& limits, const fs::path& group, const char* limit_file, const char* used_file,
                const char* reclaimable_key) {
  const auto limit = number_in(group / limit_file);
  if (!limit) return;
  const std::int64_t used = number_in(group / used_file).value_or(0) - reclaimable_bytes(group, reclaimable_key);
  tighten(limits.free_bytes, std::max<std::int64_t>(0, *limit - std::max<std::int64_t>(0, used)));
}

void add_group_v2(CgroupLimits& limits, const fs::path& group) {
  const auto words = words_of(group / "cpu.max");
  if (words.size() == 2) {
    add_cores(limits, number_of(words[0], group / "cpu.max"), number_of(words[1], group / "cpu.max"));
  }
  add_memory(limits, group, "memory.max", "memory.current", "inactive_file");
}

void add_cores_v1(CgroupLimits& limits, const fs::path& group) {
  add_cores(limits, number_in(group / "cpu.cfs_quota_us"), number_in(group / "cpu.cfs_period_us"));
}

void add_memory_v1(CgroupLimits& limits, const fs::path& group) {
  add_memory(limits, group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
}

/// From the group at `path` up to the mount. A container may see its own group as the mount and the host's path in
/// /proc/self/cgroup: then groups of that path are not there, and only the mount's limits are found.
void walk(CgroupLimits& limits, const fs::path& mount, const fs::path& path,
          void (*add)(CgroupLimits&, const fs::path&)) {
  fs::path below = path.lexically_normal().relative_path();
  for (;; below = below.parent_path()) {
    add(limits, mount / below);
    if (below.empty()) return;
  }
}

bool has_word(const std::string& list, const std::string& word) {
  std::istringstream in(list);
  for (std::string one; std::getline(in, one, ',');) {
    if (one == word) return true;
  }
  return false;
}

}  // namespace

CgroupLimits read_cgroup_limits(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  CgroupLimits limits;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string number, controllers, path;
       std::getline(lines, number, ':') && std::getline(lines, controllers, ':') && std::getline(lines, path);) {
    if (controllers.empty()) {
      walk(limits, mounts, path, add_group_v2);
      walk(limits, mounts / "unified", path, add_group_v2);  // beside v1
    }
    if (has_word(controllers, "cpu")) {
      walk(limits, mounts / "cpu", path, add_cores_v1);
      walk(limits, mounts / controllers, path, add_cores_v1);  // "cpu,cpuacct"
    }
    if (has_word(controllers, "memory")) walk(limits, mounts / "memory", path, add_memory_v1);
  }
  return limits;
}

namespace {

/// The number behind `oom_kill` in a file of keys and numbers; 0 where there is none: no launch ends for that.
std::int64_t kills_in(const fs::path& file) {
  const auto words = words_of(file);
  const auto at = std::find(words.begin(), words.end(), "oom_kill");
  if (at == words.end() || at + 1 == words.end()) return 0;
  return std::strtoll((at + 1)->c_str(), nullptr, 10);
}

/// Of the group itself, which counts what was killed in it for whichever limit; a container sees it as the mount.
std::int64_t kills_of(const fs::path& mount, const std::string& path, const char* file) {
  const fs::path below = fs::path(path).lexically_normal().relative_path();
  return kills_in(mount / below / file) + (below.empty() ? 0 : kills_in(mount / file));
}

}  // namespace

std::int64_t read_memory_kills(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::int64_t kills = kills_in(root / "proc/vmstat");
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string number, controllers, path;
       std::getline(lines, number, ':') && std::getline(lines, controllers, ':') && std::getline(lines, path);) {
    if (controllers.empty()) {
      kills += kills_of(mounts, path, "memory.events") + kills_of(mounts / "unified", path, "memory.events");
    }
    if (has_word(controllers, "memory")) kills += kills_of(mounts / "memory", path, "memory.oom_control");
  }
  return kills;
}

}  // namespace espalier::os
