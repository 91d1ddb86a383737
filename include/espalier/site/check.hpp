#pragma once
// What a job found out about a site, and what that says of it.
#include <cstdint>
#include <string>
#include <vector>

#include "espalier/site/profile.hpp"

namespace espalier::site {

/// What one rank of the job saw. Seconds are negative where it waited in vain, or did not come so far.
struct RankFacts {
  std::int32_t rank = 0;
  std::string host, build;                ///< build: hash of the program that runs as this rank
  std::int32_t cores = 0, gpus = 0;       ///< that it may use
  double clock_s = 0, clock_bound_s = 0;  ///< how far its clock is ahead of rank 0's, and how wrong that may be
  double seen_s = -1;                     ///< until it saw what rank 0 had written
  double renamed_s = -1;                  ///< until it saw what rank 0 had renamed over that
  std::string lock;                       ///< what it got of the lock that rank 0 held: "held", "taken", "unsupported"
  double sync_s = -1;                     ///< of a file of 4 KiB
  std::string trouble;                    ///< what failed, in the system's words
};

/// What the whole job saw.
struct JobFacts {
  std::int32_t nodes = 0, ranks_asked = 0;
  std::string launcher = "mpirun";  ///< of the ranks: "mpirun" or "srun"
  std::string plugin;               ///< of srun: "pmix"
  std::string mpi;                  ///< the library of the program: "Open MPI v4.1.4"
  std::string mpirun, mpirun_said;  ///< the first in PATH, and what it says of its version
  std::int32_t launch_code = -1;    ///< the launcher's, -1: it was not started
  std::string launch_said;          ///< its last line
  std::int32_t world = 0;           ///< size of the world, where that is not ranks_asked
  std::vector<RankFacts> ranks;
  double warned_s = -1;                            ///< until the warning came that was asked for
  std::string warning_said;                        ///< what scancel complained of
  std::int32_t step_tasks = 0, step_children = 0;  ///< of a step; children of its tasks that TERM reached
  std::string step_said;                           ///< srun's last line, where not all tasks started
  bool is_whole = false;                           ///< everything was tried
};

struct Finding {
  bool is_ok = false;
  std::string what, said;  ///< "flock", "n2 is refused the lock that n1 holds"
};

/// One finding each for what a study needs. `build`: the hash of this program; `nodes`: how many were asked for.
std::vector<Finding> findings_of(const JobFacts& facts, const Profile& profile, std::int32_t nodes,
                                 const std::string& build);

}  // namespace espalier::site
