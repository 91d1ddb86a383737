#pragma once
// Entry point of rank 0 of a launch that `run` has written.
#include <cstdint>
#include <filesystem>
#include <string>

#include "espalier/mpi/session.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::session {

/// This process as a writer of OUT: its host, and the Slurm job that it is in with the number of that job's restarts.
store::WriterIdentity writer_identity(bool take_over);

/// Reads the launch file, which must have this digest unless that is empty, and runs the scheduler in the folder that
/// holds it; collective with the agents. Looks neither at the study file nor at images.
/// `supervisor` is its runtime::supervisor_address(), or empty, and `first_segment` the first that it may have written.
/// Throws as read_launch and runtime::run_scheduler do.
void schedule(mpi::Session& mpi, const std::filesystem::path& launch_file, const std::string& digest,
              const std::string& supervisor, std::uint32_t first_segment);

}  // namespace espalier::session
