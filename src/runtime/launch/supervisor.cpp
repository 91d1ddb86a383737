// The supervisor between its state machine, mpirun, signals, the journal and the terminal.
#include "espalier/runtime/supervisor.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>

#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"
#include "espalier/os/host.hpp"
#include "espalier/store/requests.hpp"
#include "runtime/agent/group_exchange.hpp"
#include "runtime/launch/backoff.hpp"
#include "runtime/launch/file_limit.hpp"
#include "runtime/launch/launcher.hpp"
#include "runtime/launch/session_folder.hpp"
#include "runtime/launch/supervisor_core.hpp"
#include "runtime/rank0/progress_bar.hpp"

namespace espalier::runtime {

namespace {

bool is_ignored(int signal) {
  struct sigaction action{};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

/// Signals as something to wait for; blocked for as long as this lives.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGUSR1, SIGUSR2, SIGCHLD}) sigaddset(&set_, number);
    for (const int number : {SIGHUP, SIGINT}) {  // nohup ignores the first, a shell's background the second
      if (!is_ignored(number)) sigaddset(&set_, number);
    }
    sigprocmask(SIG_BLOCK, &set_, &before_);
    descriptor_ = os::Descriptor(signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw EnvironmentError("cannot wait for signals", std::strerror(errno), "");
  }
  ~Signals() {
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);  // more may come than one
    sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_.get(); }
  /// The next one that asks for an end, or 0.
  int take() {
    signalfd_siginfo info;
    while (read(descriptor_.get(), &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) return static_cast<int>(info.ssi_signo);
    }
    return 0;
  }

 private:
  sigset_t set_, before_;
  os::Descriptor descriptor_;
};

/// What counts as progress: a launch that only starts and dies makes none.
std::size_t results_in(const store::State& state) {
  std::size_t count = state.selections.size();
  for (const auto& [id, task] : state.tasks) {
    count += task.rows.size() + (task::is_final(task.state) ? 1 : 0) + (task.training.artifact.empty() ? 0 : 1);
  }
  return count;
}

class Supervisor {
 public:
  explicit Supervisor(const SupervisorOptions& options)
      : options_(options),
        log_(options.out / "logs" / "launch.log"),
        folder_(std::filesystem::temp_directory_path(), options.out),
        shared_memory_("/dev/shm", options.out),
        tail_(options.out, store::Detail::brief),
        core_(log_.string(), {options.first_heartbeat_s, 5 * options.first_heartbeat_s, options.silence_s},
              {name_of(options.launcher), options.warned_s, options.job_health != nullptr}) {
    tail_.advance();
  }
  SupervisorEnd run();

 private:
  void wait();
  void take_signals();
  void reap_launch();
  JournalFacts journal() const;
  std::size_t segments() const { return tail_.state().segments.size(); }
  LaunchWords words() const { return launcher_ ? launcher_->words() : LaunchWords{}; }
  void tell(const SupervisorEvent& event);
  void obey(const StartLaunch&);
  void obey(const CheckNodes&) {
    const auto health = options_.job_health();
    tell(NodesChecked{health.trouble, health.is_over});
  }
  void obey(const SignalLaunch& command) { launcher_->signal(command.signal, now_s()); }
  void obey(const SayTimeIsUp&);
  void obey(const PrintLine& command) { print({command.line}); }
  void obey(const ExitWith& command) { exit_code_ = command.code; }
  void print(const std::vector<std::string>& lines);
  void show_progress();

  const SupervisorOptions& options_;
  std::filesystem::path log_;
  SessionFolder folder_, shared_memory_;
  store::JournalTail tail_;
  SupervisorCore core_;
  Signals signals_;
  ProgressBar bar_;
  std::optional<Launcher> launcher_;  ///< empty between two launches
  std::optional<int> exit_code_;
  int signal_ = 0;         ///< the first that asked for an end
  int rank_0_signal_ = 0;  ///< the first that came to rank 0 of the last launch
  double next_look_ = 0;
};

SupervisorEnd Supervisor::run() {
  tell(SupervisorStarted{journal()});
  while (!exit_code_) {
    wait();
    take_signals();
    if (launcher_) {
      print(launcher_->read_lines());
      show_progress();
    }
    tell(SupervisorTick{segments(), words()});
    reap_launch();
  }
  const bool is_stopped = *exit_code_ == static_cast<int>(ExitCode::stopped);
  return {*exit_code_, signal_ == 0 && is_stopped ? rank_0_signal_ : signal_};
}

void Supervisor::wait() {
  const int output = launcher_ ? launcher_->output() : -1;  // poll passes over -1
  pollfd waiting[2] = {{signals_.descriptor(), POLLIN, 0}, {output, POLLIN, 0}};
  poll(waiting, 2, launcher_ ? 100 : 50);
}

void Supervisor::take_signals() {
  while (const int signal = signals_.take()) {
    tail_.advance();
    if (signal_ == 0) signal_ = signal;
    tell(SignalCame{signal, segments(), words()});
  }
}

void Supervisor::reap_launch() {
  const auto exit = launcher_ ? launcher_->reap() : std::nullopt;
  if (!exit) return;
  print(launcher_->read_lines());
  const auto words = launcher_->words();
  rank_0_signal_ = words.signal;
  launcher_.reset();
  tail_.advance();
  bar_.clear();
  tell(LaunchEnded{*exit, journal(), words});
}

JournalFacts Supervisor::journal() const { return {segments(), tail_.state().last_exit, results_in(tail_.state())}; }

void Supervisor::tell(const SupervisorEvent& event) {
  for (const auto& command : core_.on(event, now_s())) {
    std::visit([this](const auto& one) { obey(one); }, command);
  }
}

void Supervisor::obey(const StartLaunch&) {
  folder_.clear();
  shared_memory_.clear();
  LauncherOptions launch;
  launch.kind = options_.launcher;
  launch.mpi_plugin = options_.mpi_plugin;
  launch.nodes = os::nodes_of_job();
  launch.ranks = options_.workers + 1;
  launch.threads = options_.threads;
  launch.rank_command = options_.rank_command;
  launch.session_folder = folder_.path();
  launch.shared_memory = shared_memory_.path();
  launch.srun_library = options_.srun_library;
  launcher_.emplace(launch, log_);
}

/// Where that fails, rank 0 could not journal either what is not saved.
void Supervisor::obey(const SayTimeIsUp&) {
  tail_.advance();
  const auto& launches = tail_.state().segments;
  if (launches.empty()) return;
  try {
    store::leave_request(options_.out, "stop", launches.back().segment, {store::kTimeIsUp});
  } catch (const EnvironmentError& error) {
    print({std::string("espalier: warning: what is not saved is not told apart: ") + error.what()});
  }
}

void Supervisor::print(const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  bar_.clear();
  for (const auto& line : lines) std::fputs((line + "\n").c_str(), stderr);  // a terminal that is gone ends nothing
  std::fflush(stderr);
}

void Supervisor::show_progress() {
  const double now = now_s();
  if (now < next_look_) return;
  next_look_ = now + 0.5;
  tail_.advance();
  if (options_.progress_line) bar_.show(now, options_.progress_line(tail_.state()));
}

}  // namespace

std::string supervisor_address() { return std::to_string(getpid()) + " " + this_host_key(); }

SupervisorEnd supervise(const SupervisorOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // whoever read our output may leave; the study goes on
  raise_file_limit(options.workers);
  std::filesystem::create_directories(options.out / "logs");
  return Supervisor(options).run();
}

}  // namespace espalier::runtime
