// The options and the environment with which mpirun or srun starts our ranks.
#include "runtime/launch/launcher_command.hpp"

#include <cstdlib>

namespace espalier::runtime {

namespace {

std::vector<std::string> mpirun_words(const LauncherOptions& options) {
  std::vector<std::string> words = {"mpirun",          "--bind-to", "none",
                                    "--oversubscribe", "-n",        std::to_string(options.ranks)};
  // By itself mpirun fills one node after the other, and a batch job may have said that each has one slot.
  if (options.nodes > 1) words.insert(words.end(), {"--map-by", "node"});
  return words;
}

/// A batch script has one task a node, which srun would take for its own: env takes that out of the environment. All
/// CPUs of the job are for all ranks, of which rank 0 and the agents hardly work.
std::vector<std::string> srun_words(const LauncherOptions& options) {
  std::vector<std::string> words = {"env", "--unset=SLURM_NTASKS_PER_NODE"};
  if (!options.srun_library.empty()) {
    const char* loaded = std::getenv("LD_PRELOAD");
    words.push_back("LD_PRELOAD=" + options.srun_library.string() + (loaded ? ":" + std::string(loaded) : ""));
  }
  words.insert(words.end(), {"srun", "--mpi=" + options.mpi_plugin, "--kill-on-bad-exit=1", "--cpu-bind=none",
                             "--overcommit", "--distribution=cyclic", "--nodes=" + std::to_string(options.nodes),
                             "--ntasks=" + std::to_string(options.ranks)});
  return words;
}

}  // namespace

const char* name_of(LauncherKind kind) { return kind == LauncherKind::srun ? "srun" : "mpirun"; }

std::vector<std::string> command_of(const LauncherOptions& options) {
  auto words = options.kind == LauncherKind::srun ? srun_words(options) : mpirun_words(options);
  words.insert(words.end(), options.rank_command.begin(), options.rank_command.end());
  return words;
}

/// Allows root, which is usual in containers; avoids single-copy transfers, which need ptrace; makes idle ranks yield.
std::vector<std::string> environment_of(const LauncherOptions& options) {
  std::vector<std::string> environment = {
      "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "OMPI_MCA_btl_vader_single_copy_mechanism=none",
      "OMPI_MCA_mpi_yield_when_idle=1", "OMP_NUM_THREADS=" + std::to_string(options.threads)};
  environment.emplace_back("SLURM_EXPORT_ENV=ALL");  // else `sbatch --export=NONE` leaves mpirun's helpers without PATH
  // srun of later versions no longer takes the job's own number.
  if (const char* cpus = std::getenv("SLURM_CPUS_PER_TASK"))
    environment.push_back("SRUN_CPUS_PER_TASK=" + std::string(cpus));
  if (!options.session_folder.empty() && options.kind == LauncherKind::mpirun) {
    environment.push_back("OMPI_MCA_orte_tmpdir_base=" + options.session_folder.string());
  }
  if (!options.shared_memory.empty()) {
    environment.push_back("OMPI_MCA_btl_vader_backing_directory=" + options.shared_memory.string());
  }
  return environment;
}

}  // namespace espalier::runtime
