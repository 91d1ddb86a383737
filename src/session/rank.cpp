// Turns a launch file into what the scheduler needs, and runs it.
#include "espalier/session/rank.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "espalier/core/build_info.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/mapped_file.hpp"
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
  setup.noop = settings.noop || (settings.noop_tasks > 0 && launch.trainer.empty());
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

/// SHA-256 in hexadecimal, or empty where there is no file.
std::string file_digest(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return "";
  return to_hex(sha256(os::MappedFile(file).text()));
}

EnvironmentError other_folder(const std::filesystem::path& launch_file) {
  const bool is_there = !file_digest(launch_file).empty();
  return {fmt::format("node '{}' does not see the folder that 'run' works in: '{}' {} there", os::host_name(),
                      launch_file.string(), is_there ? "is another file" : "is not"),
          "", "Name an --out on a file system that all nodes share."};
}

}  // namespace

std::string job_of_environment() {
  const auto array = word_of_environment("SLURM_ARRAY_JOB_ID"), element = word_of_environment("SLURM_ARRAY_TASK_ID");
  const auto job = word_of_environment("SLURM_JOB_ID");
  return job.empty() || array.empty() || element.empty() ? job : array + "_" + element;
}

store::WriterIdentity writer_identity(bool take_over) {
  store::WriterIdentity who;
  who.host = os::host_name();
  who.process = getpid();
  const auto number = [](const char* name) {
    return whole_number<std::uint32_t>(word_of_environment(name)).value_or(0);
  };
  who.job = job_of_environment();
  who.restart = number("SLURM_RESTART_COUNT");
  if (const auto first = word_of_environment("ESPALIER_JOB"); !who.job.empty() && !first.empty()) {
    who.job = first;
    who.restart += number("ESPALIER_STARTS");
  }
  who.take_over = take_over;
  return who;
}

std::string this_build() { return build_info::version() + "-" + build_info::commit(); }

void check_rank(const RankOptions& options, int size, double patience_s) {
  const std::string here = "the program on node '" + os::host_name() + "'";
  if (!options.build.empty() && options.build != this_build()) {
    throw EnvironmentError(fmt::format("{} is {}, and 'run' is {}", here, this_build(), options.build), "",
                           "Let all nodes see one and the same build.");
  }
  if (options.ranks > 0 && size != options.ranks) {
    throw EnvironmentError(
        fmt::format("{} finds itself among {} ranks, and {} were to be started", here, size, options.ranks),
        "the launcher and this program's Open MPI do not understand each other",
        "Try the other launcher (--launcher mpirun or srun), or srun's other plugins (srun --mpi=list).");
  }
  if (options.digest.empty()) return;
  constexpr auto kPause = std::chrono::milliseconds(250);
  for (double waited_s = 0; file_digest(options.launch_file) != options.digest; waited_s += 0.25) {
    if (waited_s >= patience_s) throw other_folder(options.launch_file);
    std::this_thread::sleep_for(kPause);
  }
}

void schedule(mpi::Session& mpi, const RankOptions& rank) {
  const auto file = std::filesystem::absolute(rank.launch_file);
  const Launch launch = read_launch(file, rank.digest);
  auto options = options_of(launch, file.parent_path());
  options.supervisor = rank.supervisor;
  options.first_segment = rank.first_segment;
  if (launch.settings.noop_tasks > 0) {
    options.view_command.clear();
    const double cost_s = launch.trainer.empty() ? 0 : 1;  // a task of no cost is handed out behind others
    runtime::run_scheduler(mpi, options, noop_replan(launch.settings.noop_tasks, cost_s));
    return;
  }
  options.bring_checkpoints = [&](const std::filesystem::path& artifacts) {
    bring_checkpoints(launch.facts.checkpoints, launch.checkpoint_files, artifacts);
  };
  runtime::run_scheduler(mpi, options, replan_of(launch, options));
}

}  // namespace espalier::session
