// What follows from the options of `run`: its passes, memory for features, and directory.
#include "espalier/session/run_arguments.hpp"

#include <algorithm>
#include <cstdlib>

#include "espalier/os/host.hpp"

namespace espalier::session {

plan::Passes passes_of(const std::vector<std::string>& without) {
  const auto on = [&](const char* name) { return std::find(without.begin(), without.end(), name) == without.end(); };
  return {on("stages") && on("bundles"), on("features"), on("replicas") && on("fuse"), on("bundles"), on("groups")};
}

std::int64_t feature_bytes_of(std::uint64_t given, std::int32_t workers) {
  if (given > 0) return static_cast<std::int64_t>(given);
  const auto free = os::free_memory_bytes();
  const auto given_to_job = os::memory_of_job(std::getenv("SLURM_MEM_PER_NODE")).value_or(free);
  const auto nodes = std::max<std::int64_t>(1, os::nodes_of_job());
  const auto workers_here = std::max<std::int64_t>(1, (workers + nodes - 1) / nodes);
  return std::min(free, given_to_job) / 4 / workers_here;
}

std::filesystem::path store_of(const RunArguments& arguments) {
  auto out = std::filesystem::absolute(arguments.out);
  if (arguments.launch.smoke) return out / "smoke";
  if (arguments.launch.noop || arguments.launch.noop_tasks > 0) return out / "noop";
  return out;
}

}  // namespace espalier::session
