#pragma once
// Entry point of rank 0 of a launch that `run` has written.
#include <cstdint>
#include <filesystem>
#include <string>

#include "espalier/mpi/session.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::session {

/// The Slurm job that this process is in, as squeue and the names of logs call it: an element of an array is "70_2".
/// Empty outside of a job.
std::string job_of_environment();

/// This process as a writer of OUT: its host, and the Slurm job that it is in with the number of that job's restarts. A
/// job that another has submitted to go on counts as a later start of the first (ESPALIER_JOB, slurm/job.sh).
store::WriterIdentity writer_identity(bool take_over);

/// What every rank was told of the launch, to compare with what it sees.
struct RankOptions {
  std::filesystem::path launch_file;
  std::string digest;               ///< of that file, SHA-256 in hexadecimal; empty: not checked
  std::string build;                ///< this_build() of `run`; empty: not checked
  int ranks = 0;                    ///< how many were asked for; 0: not checked
  std::string supervisor;           ///< its runtime::supervisor_address(), or empty
  std::uint32_t first_segment = 0;  ///< the first that launches of it may have written
};

/// Version and commit of this program.
std::string this_build();

/// Throws EnvironmentError where this rank is of another build, or of a launch of another size, or does not see the
/// launch file within `patience_s`, since file systems of a network show new files late.
void check_rank(const RankOptions& options, int size, double patience_s = 20);

/// Reads the launch file, which must have this digest unless that is empty, and runs the scheduler in the folder that
/// holds it; collective with the agents. Looks neither at the study file nor at images.
/// Throws as read_launch and runtime::run_scheduler do.
void schedule(mpi::Session& mpi, const RankOptions& rank);

}  // namespace espalier::session
