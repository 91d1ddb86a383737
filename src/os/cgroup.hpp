#pragma once
// What the control groups (v1 and v2) of this process allow: containers and batch systems limit by them.
#include <cstdint>
#include <filesystem>
#include <optional>

namespace espalier::os {

/// The tightest limits from this process's own group up to the root; none where no group sets one.
struct CgroupLimits {
  std::optional<double> cores;             ///< CPU time per second of wall time
  std::optional<std::int64_t> free_bytes;  ///< memory limit minus what is used; files in memory that can go are free
};

/// `root`: the folder with proc/self/cgroup and sys/fs/cgroup. Throws EnvironmentError where a limit is no number.
CgroupLimits read_cgroup_limits(const std::filesystem::path& root = "/");

/// The sum of all counters of processes killed for memory that this process's groups and the machine show.
std::int64_t read_memory_kills(const std::filesystem::path& root = "/");

}  // namespace espalier::os
