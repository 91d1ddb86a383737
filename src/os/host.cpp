// Asks the system for its name, and for the cores and memory that are this process's to use.
#include "espalier/os/host.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "espalier/core/whole_number.hpp"
#include "os/cgroup.hpp"

namespace espalier::os {

namespace {

constexpr std::int64_t kMostMegabytes = std::int64_t{1} << 40;

std::int32_t cores_of_affinity() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

std::int64_t available_bytes(const std::filesystem::path& root) {
  std::ifstream lines(root / "proc/meminfo");
  std::string name;
  for (std::int64_t kilobytes = 0; lines >> name >> kilobytes; lines.ignore(64, '\n')) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  return std::int64_t{4} << 30;  // a kernel before 3.14
}

}  // namespace

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  return name;
}

std::string own_program() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

std::int32_t usable_cores(const std::filesystem::path& root) {
  const std::int32_t cores = cores_of_affinity();
  const auto quota = read_cgroup_limits(root).cores;
  if (!quota || *quota >= cores) return cores;
  return std::max(1, static_cast<std::int32_t>(std::ceil(*quota)));
}

std::optional<std::int32_t> cores_of_job(const char* cpus_per_node, std::int32_t most) {
  constexpr std::int64_t kMostCores = 10'000'000;
  std::int64_t cores = 0;
  std::string_view rest = cpus_per_node ? cpus_per_node : "";
  const auto take = [&](std::int64_t& number) {
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error != std::errc() || number < 1 || number > kMostCores) return false;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return true;
  };
  while (!rest.empty()) {
    std::int64_t here = 0, nodes = 1;
    if (!take(here)) return std::nullopt;
    if (rest.starts_with("(x")) {
      rest.remove_prefix(2);
      if (!take(nodes) || !rest.starts_with(')')) return std::nullopt;
      rest.remove_prefix(1);
    }
    cores += std::min<std::int64_t>(here, most) * nodes;
    if (cores > kMostCores) return std::nullopt;
    if (rest.empty()) return static_cast<std::int32_t>(cores);
    if (rest.front() != ',') return std::nullopt;
    rest.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<std::int32_t> gpus_of_job(const char* gpus_on_node) {
  const auto here = whole_number<std::int32_t>(gpus_on_node ? gpus_on_node : "");
  if (!here || *here < 1 || *here > 1024) return std::nullopt;
  return static_cast<std::int32_t>(*here * std::min<std::int64_t>(nodes_of_job(), 100'000));
}

std::int64_t nodes_of_job() {
  const char* nodes = std::getenv("SLURM_JOB_NUM_NODES");
  return nodes ? whole_number<std::int64_t>(nodes).value_or(1) : 1;
}

std::int64_t memory_kills(const std::filesystem::path& root) { return read_memory_kills(root); }

std::int64_t free_memory_bytes(const std::filesystem::path& root) {
  const std::int64_t available = available_bytes(root);
  return std::min(available, read_cgroup_limits(root).free_bytes.value_or(available));
}

std::optional<std::int64_t> memory_of_job(const char* megabytes_per_node) {
  const auto megabytes = whole_number<std::int64_t>(megabytes_per_node ? megabytes_per_node : "");
  if (!megabytes || *megabytes < 1 || *megabytes > kMostMegabytes) return std::nullopt;
  return *megabytes << 20;
}

}  // namespace espalier::os
