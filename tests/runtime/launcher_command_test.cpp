// How a launcher is called.
#include "runtime/launch/launcher_command.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>

using namespace espalier::runtime;

namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

LauncherOptions three_ranks(LauncherKind kind) {
  LauncherOptions options;
  options.kind = kind;
  options.ranks = 3;
  options.threads = 2;
  options.rank_command = {"/opt/espalier", "rank"};
  options.session_folder = "/tmp/s";
  return options;
}

}  // namespace

TEST_CASE("launcher command: mpirun spreads ranks over the nodes of a job, and fills one machine") {
  auto options = three_ranks(LauncherKind::mpirun);
  CHECK(command_of(options) ==
        Words{"mpirun", "--bind-to", "none", "--oversubscribe", "-n", "3", "/opt/espalier", "rank"});
  options.nodes = 2;
  CHECK(command_of(options) == Words{"mpirun", "--bind-to", "none", "--oversubscribe", "-n", "3", "--map-by", "node",
                                     "/opt/espalier", "rank"});
}

TEST_CASE("launcher command: srun loads our library, and starts all ranks on the nodes of the job") {
  auto options = three_ranks(LauncherKind::srun);
  options.nodes = 2;
  options.srun_library = "/opt/waits.so";
  unsetenv("LD_PRELOAD");
  CHECK(command_of(options) == Words{"env", "--unset=SLURM_NTASKS_PER_NODE", "LD_PRELOAD=/opt/waits.so", "srun",
                                     "--mpi=pmix", "--kill-on-bad-exit=1", "--cpu-bind=none", "--overcommit",
                                     "--distribution=cyclic", "--nodes=2", "--ntasks=3", "/opt/espalier", "rank"});
  options.mpi_plugin = "pmix_v4";
  CHECK(has(command_of(options), "--mpi=pmix_v4"));
}

TEST_CASE("launcher command: a library that the user loads is loaded, too") {
  auto options = three_ranks(LauncherKind::srun);
  options.srun_library = "/opt/waits.so";
  setenv("LD_PRELOAD", "/opt/theirs.so", 1);
  const auto words = command_of(options);
  unsetenv("LD_PRELOAD");
  CHECK(has(words, "LD_PRELOAD=/opt/waits.so:/opt/theirs.so"));
}

TEST_CASE("launcher command: the environment is the same but for mpirun's own files") {
  setenv("SLURM_CPUS_PER_TASK", "8", 1);
  const auto srun = environment_of(three_ranks(LauncherKind::srun));
  unsetenv("SLURM_CPUS_PER_TASK");
  const auto mpirun = environment_of(three_ranks(LauncherKind::mpirun));

  CHECK(has(mpirun, "OMPI_MCA_orte_tmpdir_base=/tmp/s"));
  CHECK_FALSE(has(srun, "OMPI_MCA_orte_tmpdir_base=/tmp/s"));
  CHECK(has(srun, "SRUN_CPUS_PER_TASK=8"));
  for (const auto& environment : {srun, mpirun}) {
    CHECK(has(environment, "OMP_NUM_THREADS=2"));
    CHECK(has(environment, "SLURM_EXPORT_ENV=ALL"));
  }
}
