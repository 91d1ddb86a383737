// espalier rank: started by mpirun or srun, once as scheduler and once per worker. Users do not call it.
#include <cstdlib>
#include <memory>
#include <optional>

#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/runtime/agent.hpp"
#include "espalier/runtime/heartbeats.hpp"
#include "espalier/runtime/signals.hpp"
#include "espalier/session/rank.hpp"

namespace espalier::cli {
namespace {

/// Before MPI starts, so that a start that hangs is told from a launcher that does. mpirun sets the first variable,
/// which MPI itself sets under srun, but later; srun's PMIx plugin sets the second, and other plugins none but Slurm's
/// own.
bool is_rank_0() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
    if (const char* rank = std::getenv(name)) return std::string(rank) == "0";
  }
  return false;
}

void be_rank(const session::RankOptions& options) {
  process::die_with_parent();
  runtime::catch_stop_signals();
  std::optional<runtime::Heartbeats> heartbeats;
  if (!options.supervisor.empty() && is_rank_0()) heartbeats.emplace();
  auto mpi = mpi::Session::start();
  log::start("rank " + std::to_string(mpi.rank()));
  session::check_rank(options, mpi.size());
  if (mpi.rank() == 0) return session::schedule(mpi, options);
  runtime::ignore_stop_signals();
  runtime::run_agent(mpi);
}

/// srun's exit code is that of ranks it killed, so the supervisor is told by a word, too.
void run(const session::RankOptions& options) {
  const auto refuse = [&](ExitCode code) {
    if (!options.supervisor.empty()) runtime::say_refused(static_cast<int>(code));
  };
  try {
    be_rank(options);
  } catch (const UsageError&) {
    refuse(ExitCode::usage);
    throw;
  } catch (const RelaunchError&) {
    throw;  // another launch may do better
  } catch (const Error&) {
    refuse(ExitCode::environment);  // among them: another process has taken over
    throw;
  }
}

}  // namespace

/// The exit code is 0 whenever the launch ended in order, because mpirun takes every other code for a crash. The real
/// outcome is in the journal.
void add_rank(CLI::App& app, int&) {
  auto options = std::make_shared<session::RankOptions>();
  CLI::App* verb = app.add_subcommand("rank", "what mpirun or srun starts")->group("");
  verb->add_option("launch", options->launch_file, "OUT/launch, which 'run' writes")->required();
  verb->add_option("--digest", options->digest, "SHA-256 of that file, so that no other run's is taken for it");
  verb->add_option("--build", options->build, "version and commit of the program that wrote it");
  verb->add_option("--ranks", options->ranks, "how many there are");
  verb->add_option("--supervisor", options->supervisor, "the process that takes heartbeats");
  verb->add_option("--first-segment", options->first_segment, "of the journal, that its launches may have written");
  verb->callback([options] { run(*options); });
}

}  // namespace espalier::cli
