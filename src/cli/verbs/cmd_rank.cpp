// espalier rank: started by mpirun, once as scheduler and once per worker. Users do not call it.
#include <memory>

#include "espalier/cli/commands.hpp"
#include "espalier/core/log.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/runtime/agent.hpp"
#include "espalier/runtime/signals.hpp"
#include "espalier/session/rank.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::filesystem::path launch_file;
  std::string digest;
};

void run(const Options& options) {
  process::die_with_parent();
  runtime::catch_stop_signals();
  auto mpi = mpi::Session::start();
  log::start("rank " + std::to_string(mpi.rank()));
  if (mpi.rank() == 0) return session::schedule(mpi, options.launch_file, options.digest);
  runtime::ignore_stop_signals();
  runtime::run_agent(mpi);
}

}  // namespace

/// The exit code is 0 whenever the launch ended in order, because mpirun takes every other code for a crash. The real
/// outcome is in the journal.
void add_rank(CLI::App& app, int&) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("rank", "what mpirun starts")->group("");
  verb->add_option("launch", options->launch_file, "OUT/launch, which 'run' writes")->required();
  verb->add_option("--digest", options->digest, "SHA-256 of that file, so that no other run's is taken for it");
  verb->callback([options] { run(*options); });
}

}  // namespace espalier::cli
