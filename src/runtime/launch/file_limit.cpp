// Compares the limit on open files with what mpirun needs, and raises it as far as that is allowed.
#include "runtime/launch/file_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <limits>

#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"

namespace espalier::runtime {

namespace {

constexpr std::int64_t kLeast = 64;  ///< for a rank or a trainer by itself

std::int64_t number_of(rlim_t value) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return value == RLIM_INFINITY ? kMost : static_cast<std::int64_t>(value);
}

/// Whether mpirun will find more machines than this one, as its own options and batch systems say it.
bool has_other_machines() {
  if (os::nodes_of_job() > 1) return true;
  const auto names = {"PBS_NODEFILE", "LSB_HOSTS", "PE_HOSTFILE", "OMPI_MCA_orte_default_hostfile"};
  return std::any_of(names.begin(), names.end(), [](const char* name) { return std::getenv(name) != nullptr; });
}

}  // namespace

/// Measured with Open MPI 4.1 for 2 to 17 ranks: 30, and 4 for each rank.
std::int64_t files_for(std::int32_t ranks) { return std::max(kLeast, std::int64_t{40} + std::int64_t{4} * ranks); }

std::int64_t needed_limit(std::int32_t workers, const FileLimit& limit, bool is_spread) {
  const std::int64_t needed = files_for(is_spread ? 1 : workers + 1);
  if (limit.soft >= needed) return limit.soft;
  if (limit.hard >= needed) return needed;
  throw EnvironmentError(
      fmt::format("a launch of {} {} needs {} open files", workers, workers == 1 ? "worker" : "workers", needed),
      fmt::format("the limit is {}", limit.hard),
      fmt::format("Raise it with 'ulimit -n {}'{}.", needed, workers > 1 ? ", or take fewer --workers" : ""));
}

void raise_file_limit(std::int32_t workers) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto needed =
      needed_limit(workers, {number_of(limit.rlim_cur), number_of(limit.rlim_max)}, has_other_machines());
  if (needed <= number_of(limit.rlim_cur)) return;
  limit.rlim_cur = static_cast<rlim_t>(needed);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
    throw EnvironmentError(fmt::format("cannot raise the limit on open files to {}", needed), std::strerror(errno), "");
}

}  // namespace espalier::runtime
