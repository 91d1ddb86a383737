// What a check does in its job, in the place of a study: starts ranks and a step, and asks for the warning.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "cli/json_text.hpp"
#include "cli/site/check_json.hpp"
#include "cli/site/check_probes.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/whole_number.hpp"
#include "espalier/mpi/session.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/site/foreign_mpirun.hpp"

namespace espalier::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMostBytes = 64 << 20;
constexpr int kWarning_s = 10, kChild_s = 10, kStep_s = 30;
constexpr const char* kRankTimeout_s = "60";

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string line_of(const std::string& text, const std::string& mark) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return "";
  const auto from = at + mark.size();
  return text.substr(from, text.find('\n', from) - from);
}

/// The line that tells most of why a program failed: ours, else the last one with words.
std::string telling_line(std::string_view text) {
  std::string_view last;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.starts_with("espalier: ")) return std::string(line);
    if (line.find_first_not_of(" -*=\r") != std::string_view::npos) last = line;
  }
  return std::string(last);
}

int count_of(const std::string& text, const std::string& mark) {
  int count = 0;
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + mark.size())) ++count;
  return count;
}

std::string job_id() {
  const char* id = std::getenv("SLURM_JOB_ID");
  return id ? id : "";
}

/// What a command prints, both ways; for a command that is not there: that, as its complaint, and 127.
process::Captured said_by(const std::vector<std::string>& command) {
  try {
    return process::capture(command);
  } catch (const EnvironmentError& error) {
    return {127, "", error.what()};
  }
}

void look_at_mpirun(site::JobFacts& facts) {
  facts.mpi = mpi::library();
  if (facts.launcher == "srun") return;
  const auto path = said_by({"sh", "-c", "command -v mpirun"});
  facts.mpirun = path.out.substr(0, path.out.find('\n'));
  if (facts.mpirun.empty()) return;
  const auto said = said_by({"timeout", "20", "mpirun", "--version"});
  const auto text = said.out.empty() ? said.err : said.out;
  facts.mpirun_said = text.substr(0, text.find('\n'));
}

/// As src/runtime/launch starts the ranks of a study.
std::vector<std::string> launcher(const JobProbe& probe, std::int32_t nodes) {
  std::vector<std::string> words = {"timeout",
                                    "--kill-after=5",
                                    kRankTimeout_s,
                                    "env",
                                    "--unset=SLURM_NTASKS_PER_NODE",
                                    "OMPI_ALLOW_RUN_AS_ROOT=1",
                                    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
                                    "OMPI_MCA_btl_vader_single_copy_mechanism=none",
                                    "OMPI_MCA_mpi_yield_when_idle=1",
                                    "SLURM_EXPORT_ENV=ALL"};
  if (const char* cpus = std::getenv("SLURM_CPUS_PER_TASK")) words.push_back("SRUN_CPUS_PER_TASK=" + std::string(cpus));
  const auto ranks = std::to_string(probe.ranks);
  if (probe.launcher == "srun") {
    words.insert(words.end(),
                 {"srun", "--mpi=" + probe.plugin, "--kill-on-bad-exit=1", "--cpu-bind=none", "--overcommit",
                  "--distribution=cyclic", "--nodes=" + std::to_string(nodes), "--ntasks=" + ranks});
  } else {
    words.insert(words.end(), {"mpirun", "--bind-to", "none", "--oversubscribe", "--map-by", "node", "-n", ranks});
  }
  return words;
}

void start_ranks(const JobProbe& probe, site::JobFacts& facts) {
  const bool fits =
      facts.launcher == "srun" || (!facts.mpirun.empty() && site::foreign_mpirun(facts.mpirun_said, facts.mpi).empty());
  if (!fits) return;
  auto command = launcher(probe, facts.nodes);
  command.insert(command.end(), {os::own_program(), "site", "probe-rank", probe.folder.string(), "--ranks",
                                 std::to_string(probe.ranks)});
  const auto done = said_by(command);
  os::write_file_durably(probe.folder / "logs" / "ranks.log", bytes_of(done.out + done.err));
  facts.launch_code = done.exit_code;
  facts.launch_said = telling_line(done.err);
  if (const auto world = line_of(done.out, kWorldMark); !world.empty())
    facts.world = whole_number<std::int32_t>(world).value_or(0);
  if (const auto ranks = line_of(done.out, kRanksMark); !ranks.empty())
    facts.ranks = nlohmann::json::parse(ranks).get<std::vector<site::RankFacts>>();
}

sigset_t set_of(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  return set;
}

bool comes_within(int number, int seconds) {
  const auto set = set_of(number);
  const timespec limit{seconds, 0};
  int got = 0;
  do {
    got = sigtimedwait(&set, nullptr, &limit);
  } while (got < 0 && errno == EINTR);
  return got == number;
}

void hold_back(int number) {
  const auto set = set_of(number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

/// As Slurm warns: the script gets the signal, and hands it on to its study as USR2.
void ask_for_warning(const std::string& signal, site::JobFacts& facts) {
  const auto begin = Clock::now();
  const auto said = said_by({"scancel", "--signal=" + signal, "--batch", job_id()});
  if (said.exit_code != 0) facts.warning_said = telling_line(said.err);
  if (said.exit_code == 0 && comes_within(SIGUSR2, kWarning_s)) facts.warned_s = seconds_since(begin);
}

/// A step of one task for each node, whose output is in a file.
class Step {
 public:
  Step(std::int32_t tasks, std::filesystem::path log) : log_(std::move(log)) {
    const auto output = os::open_regular(log_, O_WRONLY | O_CREAT | O_APPEND);
    const auto input = os::Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
    process::ProcessOptions options;
    options.argv = {"srun",
                    "--nodes=" + std::to_string(tasks),
                    "--ntasks=" + std::to_string(tasks),
                    "--ntasks-per-node=1",
                    "--cpus-per-task=1",
                    os::own_program(),
                    "site",
                    "probe-step"};
    options.environment = {"SLURM_EXPORT_ENV=ALL"};
    options.descriptors = {{input.get(), 0}, {output.get(), 1}, {output.get(), 2}};
    options.death_signal = SIGKILL;
    process_ = process::launch(options);
  }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() {
    if (is_over()) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

  std::string said() const { return os::read_regular(log_, kMostBytes).value_or(""); }
  bool is_over() {
    if (process_ > 0 && waitpid(process_, nullptr, WNOHANG) == process_) process_ = 0;
    return process_ <= 0;
  }
  /// Until srun is over, or `condition` holds of what was said.
  template <class Condition>
  void wait(int seconds, Condition condition) {
    const auto begin = Clock::now();
    while (!is_over() && seconds_since(begin) < seconds && !condition(said()))
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }

 private:
  pid_t process_ = 0;
  std::filesystem::path log_;
};

void signal_step(const std::filesystem::path& folder, site::JobFacts& facts) {
  Step step(facts.nodes, folder / "logs" / "step.log");
  step.wait(kStep_s, [&](const std::string& said) { return count_of(said, kReadyMark) >= facts.nodes; });
  facts.step_tasks = count_of(step.said(), kReadyMark);
  if (facts.step_tasks < facts.nodes) {
    facts.step_said = telling_line(step.said());
    return;
  }
  const auto number = line_of(step.said(), kReadyMark);
  said_by({"scancel", "--signal=TERM", job_id() + "." + number});
  step.wait(kChild_s + 5, [](const std::string&) { return false; });
  facts.step_children = count_of(step.said(), kReachedMark);
}

/// The report as far as it goes: whoever waits has it even where what follows hangs until the job's limit.
void write_report(const JobProbe& probe, const site::JobFacts& facts) {
  os::write_file_durably(probe.folder / "report.json", bytes_of(json_text(nlohmann::json(facts), 1) + "\n"));
}

}  // namespace

void probe_job(const JobProbe& probe) {
  hold_back(SIGUSR2);
  site::JobFacts facts;
  facts.nodes = static_cast<std::int32_t>(os::nodes_of_job());
  facts.ranks_asked = probe.ranks;
  facts.launcher = probe.launcher;
  facts.plugin = probe.plugin;
  look_at_mpirun(facts);
  write_report(probe, facts);
  start_ranks(probe, facts);
  write_report(probe, facts);
  ask_for_warning(probe.signal, facts);
  write_report(probe, facts);
  signal_step(probe.folder, facts);
  facts.is_whole = true;
  write_report(probe, facts);
}

void probe_step() {
  hold_back(SIGTERM);
  process::ProcessOptions options;
  options.argv = {os::own_program(), "site", "probe-step", "--child"};
  options.blocked = {SIGTERM};  // it waits for it; so it is not lost before it does
  options.death_signal = SIGKILL;
  const auto child = process::launch(options);
  const char* number = std::getenv("SLURM_STEP_ID");
  fmt::print("{}{}\n", kReadyMark, number ? number : "");
  std::fflush(stdout);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void probe_child() {
  if (comes_within(SIGTERM, kChild_s)) fmt::print("{}\n", kReachedMark);
}

}  // namespace espalier::cli
