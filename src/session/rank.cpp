// Turns a launch file into what the scheduler needs, and runs it.
#include "espalier/session/rank.hpp"

#include <unistd.h>

#include <cstdlib>

#include "espalier/core/whole_number.hpp"
#include "espalier/os/host.hpp"
#include "espalier/runtime/launch.hpp"
#include "espalier/session/launch_file.hpp"
#include "session/launch_plan.hpp"

namespace espalier::session {
namespace {

std::string word_of_environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

protocol::Setup setup_of(const Launch& launch) {
  const LaunchSettings& settings = launch.settings;
  protocol::Setup setup;
  setup.threads = settings.threads;
  setup.checkpoint_s = settings.checkpoint_s;
  setup.hang_s = settings.hang_s;
  setup.smoke = settings.smoke;
  setup.device = settings.device;
  setup.share_stages = passes_of(settings.without).stages;
  setup.feature_bytes = feature_bytes_of(settings.feature_bytes, settings.workers);
  setup.noop = settings.noop || settings.noop_tasks > 0;
  setup.trainer = launch.trainer;
  for (const auto& [name, data] : launch.facts.data) {
    setup.packs[data.digest] = data.pack_path;
    if (!data.test_digest.empty()) setup.packs[data.test_digest] = data.test_pack_path;
  }
  return setup;
}

runtime::LaunchOptions options_of(const Launch& launch, const std::filesystem::path& out) {
  const LaunchSettings& settings = launch.settings;
  runtime::LaunchOptions options;
  options.out = out;
  options.who = writer_identity(settings.take_over);
  options.study = study_record(launch);
  options.setup = setup_of(launch);
  options.passes = passes_of(settings.without);
  options.new_form = settings.new_form ? runtime::NewForm::accepted : runtime::NewForm::refused;
  options.damage = settings.accept_loss ? runtime::Damage::accepted : runtime::Damage::refused;
  options.whole_study = settings.only.empty() && !settings.smoke && settings.shards == 0;
  options.max_fails = settings.max_fails;
  options.view_command = {os::own_program(), "view"};
  options.view_every_s = settings.view_every_s;
  return options;
}

}  // namespace

store::WriterIdentity writer_identity(bool take_over) {
  store::WriterIdentity who;
  who.host = os::host_name();
  who.process = getpid();
  who.job = word_of_environment("SLURM_JOB_ID");
  who.restart = whole_number<std::uint32_t>(word_of_environment("SLURM_RESTART_COUNT")).value_or(0);
  who.take_over = take_over;
  return who;
}

void schedule(mpi::Session& mpi, const std::filesystem::path& launch_file, const std::string& digest,
              const std::string& supervisor, std::uint32_t first_segment) {
  const auto file = std::filesystem::absolute(launch_file);
  const Launch launch = read_launch(file, digest);
  auto options = options_of(launch, file.parent_path());
  options.supervisor = supervisor;
  options.first_segment = first_segment;
  if (launch.settings.noop_tasks > 0) {
    options.view_command.clear();
    runtime::run_scheduler(mpi, options, noop_replan(launch.settings.noop_tasks));
    return;
  }
  options.bring_checkpoints = [&](const std::filesystem::path& artifacts) {
    bring_checkpoints(launch.facts.checkpoints, launch.checkpoint_files, artifacts);
  };
  runtime::run_scheduler(mpi, options, replan_of(launch, options));
}

}  // namespace espalier::session
