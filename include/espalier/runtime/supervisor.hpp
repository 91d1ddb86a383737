#pragma once
// Starts mpirun or srun, restarts it while there is progress, passes stop signals on, and shows progress.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"

namespace espalier::runtime {

/// Who starts the ranks. Both spread them over the nodes of a batch job.
enum class LauncherKind : std::uint8_t { mpirun, srun };

/// Whether a launch that died may be started again in its batch job.
struct JobHealth {
  std::string trouble;   ///< why not now: some node does not answer; empty: it may
  bool is_over = false;  ///< never again: Slurm has ended this start of the job
};

struct SupervisorOptions {
  std::filesystem::path out;
  std::int32_t workers = 1;
  std::int32_t threads = 1;
  std::vector<std::string> rank_command;                          ///< what is started, W + 1 times
  std::function<std::string(const store::State&)> progress_line;  ///< returns "" while there is nothing to show
  double first_heartbeat_s =
      120;                ///< how long mpirun has to start rank 0; rank 0 has five times as long to open its journal
  double silence_s = 30;  ///< how long a launch may be silent before it is killed and started again
  LauncherKind launcher = LauncherKind::mpirun;
  std::string mpi_plugin = "pmix";        ///< srun's
  std::filesystem::path srun_library;     ///< slurm/srun_waits.cpp, built; empty: not there
  std::function<JobHealth()> job_health;  ///< within a batch job; takes seconds
  double warned_s = 115;                  ///< how long a launch may take to save once a warning came
};

/// How rank 0 finds this process: its number and the machine on which that means something.
std::string supervisor_address();

struct SupervisorEnd {
  int code = 0;    ///< of `espalier run`: 0, 1, 2, 75, 77 or 128+n
  int signal = 0;  ///< the first that asked this process, or rank 0 alone, for an end; 0: none did
};

/// Runs launches until the study has ended. Call from the main thread.
SupervisorEnd supervise(const SupervisorOptions& options);

}  // namespace espalier::runtime
