// espalier site init and check: a first profile of a site's Slurm, and a job that tries a profile out.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "cli/new_file.hpp"
#include "cli/site/check_json.hpp"
#include "cli/site/check_probes.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/site/batch_script.hpp"
#include "espalier/site/first_profile.hpp"
#include "espalier/site/sbatch_options.hpp"
#include "espalier/site/slurm.hpp"

namespace espalier::cli {
namespace {

constexpr std::int64_t kCheck_s = 180;  // with which it need not hurry; a minute is usual
constexpr double kLook_s = 2, kLate_s = 10;
constexpr std::size_t kMostBytes = 64 << 20;

struct InitOptions {
  std::filesystem::path file;
  std::string partition;
};

struct CheckOptions {
  std::string site;
  std::filesystem::path out;
  std::int32_t nodes = 0;
  std::vector<std::string> sbatch_options;
};

void init(const InitOptions& options) {
  const auto text = site::first_profile(site::ask_cluster(), options.partition);
  if (options.file.empty()) {
    fmt::print("{}", text);
    return;
  }
  write_new(options.file, text);
  fmt::print(stderr,
             "Wrote '{}'. Fill in what Slurm does not tell, then 'espalier site check --site {}' tries it out.\n",
             options.file.string(), options.file.string());
}

/// A folder of this check alone, in the one that is to be tried: all that is in it may be removed.
std::filesystem::path make_folder(const std::filesystem::path& parent) {
  std::filesystem::create_directories(parent);
  std::string name = (std::filesystem::absolute(parent) / "espalier-check-XXXXXX").lexically_normal().string();
  if (!mkdtemp(name.data()))
    throw EnvironmentError(fmt::format("cannot make a folder in '{}'", parent.string()), std::strerror(errno), "");
  std::filesystem::create_directories(std::filesystem::path(name) / "logs");
  return name;
}

site::JobRequest request_of(const CheckOptions& options, const site::Profile& profile) {
  site::JobRequest request;
  request.name = "espalier-site-check";
  request.nodes = request.most_nodes = options.nodes > 0 ? options.nodes : profile.most_nodes;
  request.time_s = profile.lead_s + kCheck_s;  // the real warning would come too early otherwise
  if (profile.most_time_s > 0) request.time_s = std::min(request.time_s, profile.most_time_s);
  request.sbatch_options = options.sbatch_options;
  site::refuse_comments(request, profile);
  const auto lines = site::excesses_of(request, profile);
  if (!lines.empty()) {
    throw UsageError(fmt::format("the site '{}' does not allow this job: {}", profile.name, fmt::join(lines, "; ")), "",
                     "Ask for less, or correct the profile.");
  }
  return request;
}

std::string submit_in(const std::filesystem::path& folder, site::JobRequest request, const site::Profile& profile) {
  request.out = folder;
  request.token = site::token_of(folder);
  request.folder = std::filesystem::current_path();
  request.command = {os::own_program(), "site", "probe-job", folder.string(), "--signal", profile.signal};
  const auto script = folder / "logs" / "job.sh";
  os::write_file_durably(script, bytes_of(site::batch_script(request, profile)));
  return site::submit(script);
}

/// "PENDING (Resources)"; nothing once the job has left the queue.
std::string state_of(const std::string& id) {
  for (const auto& job : site::queued_jobs()) {
    if (job.id == id) return job.reason == "None" ? job.state : fmt::format("{} ({})", job.state, job.reason);
  }
  return "";
}

/// Until the job has ended, or Slurm holds it back because it could not be started. A Slurm that does not answer for a
/// while ends no wait.
void wait_for(const std::string& id) {
  std::string told;
  for (;;) {
    std::string state;
    try {
      state = state_of(id);
    } catch (const EnvironmentError& error) {
      state = fmt::format("not known, waiting on: {}", error.what());
    }
    if (state.empty()) return;
    if (state != told) fmt::print(stderr, "job {} is {}\n", id, state);
    if (state.find("requeued held") != std::string::npos || state.find("requeued_held") != std::string::npos) return;
    told = state;
    std::this_thread::sleep_for(std::chrono::duration<double>(kLook_s));
  }
}

/// A network file system may show it late.
std::optional<site::JobFacts> read_report(const std::filesystem::path& folder) {
  for (int looks = 0; looks * kLook_s <= kLate_s; ++looks) {
    const auto text = os::read_regular(folder / "report.json", kMostBytes);
    if (text) return nlohmann::json::parse(*text).get<site::JobFacts>();
    std::this_thread::sleep_for(std::chrono::duration<double>(kLook_s));
  }
  return std::nullopt;
}

std::vector<site::Finding> findings_in(const std::filesystem::path& folder, const std::string& id,
                                       const site::Profile& profile, std::int32_t nodes) {
  if (const auto facts = read_report(folder)) return site::findings_of(*facts, profile, nodes, own_build());
  return {{false, "job",
           fmt::format("it has ended and left no report in '{}'. Do its nodes see that folder? Look at logs/job-{}.out "
                       "there, and at 'scontrol show job {}'.",
                       folder.string(), id, id)}};
}

/// What a check writes, by name; a folder in which anything else lies stays.
void remove_folder(const std::filesystem::path& folder, const std::string& id) {
  std::error_code none;  // what stays is harmless
  for (const auto& name : {std::string("report.json"), std::string("logs/job.sh"), "logs/job-" + id + ".out",
                           std::string("logs/ranks.log"), std::string("logs/step.log"), std::string("logs")})
    std::filesystem::remove(folder / name, none);
  std::filesystem::remove(folder, none);
}

int check(const CheckOptions& options) {
  const auto profile = site::find_profile(options.site);
  const auto request = request_of(options, profile);
  site::queued_jobs();  // where there is no Slurm, nothing is written
  const auto folder = make_folder(options.out.empty() ? "." : options.out);
  const auto id = submit_in(folder, request, profile);
  fmt::print(stderr, "Submitted job {} of {} node{}, which takes about a minute; its files are in '{}'.\n", id,
             request.nodes, request.nodes == 1 ? "" : "s", folder.string());
  wait_for(id);
  bool all_ok = true;
  for (const auto& finding : findings_in(folder, id, profile, request.nodes)) {
    fmt::print("{:<7} {:<8} {}\n", finding.is_ok ? "ok" : "not ok", finding.what, finding.said);
    all_ok = all_ok && finding.is_ok;
  }
  if (!all_ok) {
    fmt::print(stderr, "The files of the check are kept in '{}'.\n", folder.string());
    return static_cast<int>(ExitCode::some_failed);
  }
  remove_folder(folder, id);
  return static_cast<int>(ExitCode::done);
}

void add_init(CLI::App& site) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* verb = site.add_subcommand("init", "write a first profile of the Slurm that runs here");
  verb->add_option("--out", options->file, "a new FILE.toml; default: standard output");
  verb->add_option("--partition", options->partition, "which one it is for; default: Slurm's");
  verb->callback([options] { init(*options); });
}

void add_check(CLI::App& site, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* verb = site.add_subcommand("check", "try a profile out by a job of a minute");
  verb->add_option("--site", options->site, "NAME or FILE.toml (docs/slurm.md)")->required();
  verb->add_option("--out", options->out, "folder on the file system that studies will use; default: this one");
  verb->add_option("--nodes", options->nodes, "how many (default: all that the profile allows)")
      ->check(CLI::Range(1, 100'000));
  verb->add_option("SBATCH_OPTIONS", options->sbatch_options, "behind --: further options for sbatch");
  verb->callback([options, &exit_code] { exit_code = check(*options); });
}

/// What a check starts in its job.
void add_probes(CLI::App& site) {
  auto job = std::make_shared<JobProbe>();
  CLI::App* verb = site.add_subcommand("probe-job", "what the script of a check runs")->group("");
  verb->add_option("folder", job->folder)->required();
  verb->add_option("--signal", job->signal)->required();
  verb->add_option("--workers", job->ranks)->required();
  verb->add_option("--launcher", job->launcher)->check(CLI::IsMember({"mpirun", "srun"}));
  verb->add_option("--mpi", job->plugin);
  for (const char* of_run : {"--warned-s", "--warned-code"}) verb->add_option(of_run)->expected(1);  // nothing is saved
  verb->callback([job] { probe_job(*job); });

  auto rank = std::make_shared<JobProbe>();
  verb = site.add_subcommand("probe-rank", "what mpirun starts for it")->group("");
  verb->add_option("folder", rank->folder)->required();
  verb->add_option("--ranks", rank->ranks)->required();
  verb->callback([rank] { probe_rank(rank->folder, rank->ranks); });

  auto is_child = std::make_shared<bool>(false);
  verb = site.add_subcommand("probe-step", "what srun starts for it")->group("");
  verb->add_flag("--child", *is_child);
  verb->callback([is_child] { *is_child ? probe_child() : probe_step(); });
}

}  // namespace

void add_site(CLI::App& app, int& exit_code) {
  CLI::App* site = app.add_subcommand("site", "write a site's profile, or try it out");
  site->require_subcommand(1);
  add_init(*site);
  add_check(*site, exit_code);
  add_probes(*site);
}

}  // namespace espalier::cli
