#pragma once
// What a check found out as JSON: from rank to rank, and from the job to who waits for it.
#include <nlohmann/json.hpp>

#include "espalier/site/check.hpp"

namespace espalier::site {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(RankFacts, rank, host, build, cores, gpus, clock_s, clock_bound_s,
                                                seen_s, renamed_s, lock, sync_s, trouble)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(JobFacts, nodes, ranks_asked, launcher, plugin, mpi, mpirun,
                                                mpirun_said, launch_code, launch_said, world, ranks, warned_s,
                                                warning_said, step_tasks, step_children, step_said, is_whole)

}  // namespace espalier::site
