#pragma once
// How mpirun and srun are called for a launch. Pure.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/runtime/supervisor.hpp"

namespace espalier::runtime {

struct LauncherOptions {
  LauncherKind kind = LauncherKind::mpirun;
  std::string mpi_plugin = "pmix";  ///< srun's
  std::int64_t nodes = 1;           ///< of the batch job
  std::int32_t ranks = 1, threads = 1;
  std::vector<std::string> rank_command;
  std::filesystem::path session_folder;  ///< for mpirun's own files; empty: where it likes
  /// For what ranks of one host share, on a file system in memory; empty: where Open MPI likes.
  std::filesystem::path shared_memory;
  /// Loaded into srun (slurm/srun_waits.cpp); empty: not there.
  std::filesystem::path srun_library;
};

/// Program and arguments.
std::vector<std::string> command_of(const LauncherOptions& options);

/// "NAME=value", for the launcher and all that it starts.
std::vector<std::string> environment_of(const LauncherOptions& options);

/// "mpirun" or "srun".
const char* name_of(LauncherKind kind);

}  // namespace espalier::runtime
