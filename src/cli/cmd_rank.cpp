// espalier rank: started by mpirun, once as scheduler and once per worker. Users do not call it.
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "cli/launch_plan.hpp"
#include "cli/run_arguments.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/host.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/runtime/agent.hpp"
#include "espalier/runtime/launch.hpp"
#include "espalier/runtime/signals.hpp"

namespace espalier::cli {
namespace {

std::string word_of_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

store::WriterIdentity identity(const RunArguments& arguments) {
  store::WriterIdentity who;
  who.host = os::host_name();
  who.process = getpid();
  who.job = word_of_environment("SLURM_JOB_ID");
  who.restart =
      static_cast<std::uint32_t>(std::strtoul(word_of_environment("SLURM_RESTART_COUNT").c_str(), nullptr, 10));
  who.take_over = arguments.take_over;
  return who;
}

runtime::LaunchOptions launch_options(const RunArguments& arguments) {
  runtime::LaunchOptions options;
  options.out = store_of(arguments);
  options.who = identity(arguments);
  options.setup.threads = arguments.threads;
  options.setup.checkpoint_s = arguments.checkpoint_s;
  options.setup.hang_s = arguments.hang_s;
  options.setup.smoke = arguments.smoke;
  options.setup.device = arguments.device;
  options.setup.share_stages = passes_of(arguments.without).stages;
  options.setup.feature_bytes = feature_bytes_of(arguments.feature_bytes, arguments.workers);
  options.passes = passes_of(arguments.without);
  options.setup.noop = arguments.noop || arguments.noop_tasks > 0;
  options.new_form = arguments.new_form ? runtime::NewForm::accepted : runtime::NewForm::refused;
  options.damage = arguments.accept_loss ? runtime::Damage::accepted : runtime::Damage::refused;
  options.whole_study = arguments.only.empty() && !arguments.smoke;
  options.view_command = {os::own_program(), "view"};
  options.view_every_s = arguments.view_every_s;
  return options;
}

void add_packs(const plan::Facts& facts, protocol::Setup& setup) {
  for (const auto& [name, data] : facts.data) {
    setup.packs[data.digest] = data.pack_path;
    if (!data.test_digest.empty()) setup.packs[data.test_digest] = data.test_pack_path;
  }
}

void schedule_noop(mpi::Session& session, const RunArguments& arguments) {
  auto options = launch_options(arguments);
  options.study.file_name = "no-op tasks";
  options.study.text = " ";
  options.study.workers = arguments.workers;
  options.view_command.clear();
  runtime::run_scheduler(session, options, noop_replan(arguments.noop_tasks));
}

void schedule(mpi::Session& session, const RunArguments& arguments) {
  if (arguments.noop_tasks > 0) return schedule_noop(session, arguments);
  auto options = launch_options(arguments);
  const auto input = load_study(arguments.study, WantImages::yes);
  options.study = study_record(input, arguments);
  options.setup.trainer = trainer_path().string();
  add_packs(input.facts, options.setup);
  options.bring_checkpoints = [&](const std::filesystem::path& artifacts) {
    bring_checkpoints(input, arguments, artifacts);
  };
  runtime::run_scheduler(session, options, replan_of(input, arguments));
}

void run(const RunArguments& arguments) {
  process::die_with_parent();
  runtime::catch_stop_signals();
  auto session = mpi::Session::start();
  log::start("rank " + std::to_string(session.rank()));
  if (session.rank() == 0) return schedule(session, arguments);
  runtime::ignore_stop_signals();
  runtime::run_agent(session);
}

}  // namespace

/// The exit code is 0 whenever the launch ended in order, because mpirun takes every other code for a crash. The real
/// outcome is in the journal.
void add_rank(CLI::App& app, int&) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* verb = app.add_subcommand("rank", "what mpirun starts")->group("");
  add_options(*verb, *arguments);
  verb->callback([arguments] { run(*arguments); });
}

}  // namespace espalier::cli
