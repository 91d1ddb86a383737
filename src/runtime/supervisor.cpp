// Watches mpirun, signals and the journal's tail, and decides between relaunch and exit code.
#include "espalier/runtime/supervisor.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"
#include "runtime/mpirun.hpp"
#include "runtime/pace.hpp"
#include "runtime/progress_bar.hpp"

namespace espalier::runtime {

namespace {

constexpr int kTriesWithoutProgress = 5;
constexpr double kStopLimit_s = 9.6;  ///< from a stop until the launch is killed; the journal keeps results

/// Blocks signals while it lives and makes them readable from a descriptor.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int number : {SIGINT, SIGTERM, SIGUSR2, SIGHUP, SIGCHLD}) sigaddset(&set_, number);
    sigprocmask(SIG_BLOCK, &set_, &before_);
    descriptor_ = os::Descriptor(signalfd(-1, &set_, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!descriptor_) throw EnvironmentError("cannot wait for signals", std::strerror(errno), "");
  }
  ~Signals() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_.get(); }
  /// The next signal that asks for an end, or 0.
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

/// Counts results, so that a launch that only starts and dies makes no progress.
std::size_t results_in(const store::State& state) {
  std::size_t count = state.selections.size();
  for (const auto& [id, task] : state.tasks) {
    count += task.rows.size() + (task::is_final(task.state) ? 1 : 0) + (task.training.artifact.empty() ? 0 : 1);
  }
  return count;
}

class Supervisor {
 public:
  explicit Supervisor(const SupervisorOptions& options) : options_(options), tail_(options.out, store::Detail::brief) {
    tail_.advance();
  }
  int run();

 private:
  int launch_once();
  bool launch_began() const { return tail_.state().segments.size() > segments_before_; }
  bool launch_finished() const { return launch_began() && tail_.state().last_exit >= 0; }
  int outcome(const process::Exit& exit);
  void serve(Mpirun& mpirun);
  void obey(Mpirun& mpirun, int signal);
  bool pause(double seconds);
  void print(const std::vector<std::string>& lines);
  void show_progress();

  static constexpr int kAgain = -1;

  const SupervisorOptions& options_;
  store::JournalTail tail_;
  Signals signals_;
  ProgressBar bar_;
  std::size_t segments_before_ = 0;
  int stop_signal_ = 0;   ///< the first one that asked for an end
  bool aborted_ = false;  ///< a second Ctrl-C
  bool stop_sent_ = false;
  double stop_deadline_ = 0;
  double next_look_ = 0;
};

int Supervisor::run() {
  std::size_t best = results_in(tail_.state());
  for (int tries = 0;;) {
    const int code = launch_once();
    if (code != kAgain) return code;
    const std::size_t now = results_in(tail_.state());
    tries = now > best ? 1 : tries + 1;
    best = std::max(best, now);
    const auto log = (options_.out / "logs" / "launch.log").string();
    if (tries >= kTriesWithoutProgress) {
      print({fmt::format("espalier: the launch died {} times without progress. See {}.", tries, log)});
      return static_cast<int>(ExitCode::environment);
    }
    print({fmt::format("espalier: the launch died; starting it again (see {}).", log)});
    if (!pause(0.5 * (1 << (tries - 1)))) return static_cast<int>(ExitCode::stopped);
  }
}

int Supervisor::launch_once() {
  segments_before_ = tail_.state().segments.size();
  Mpirun mpirun({options_.workers + 1, options_.threads, options_.rank_command, options_.out / "logs" / "launch.log"});
  for (;;) {
    serve(mpirun);
    if (const auto exit = mpirun.reap()) {
      print(mpirun.read_lines());
      tail_.advance();
      bar_.clear();
      return outcome(*exit);
    }
  }
}

/// The exit code of a launch, from the journal where it says how the launch ended, else from mpirun.
int Supervisor::outcome(const process::Exit& exit) {
  if (launch_finished()) return tail_.state().last_exit;
  if (aborted_) return 128 + stop_signal_;
  if (stop_signal_ != 0) return static_cast<int>(ExitCode::stopped);
  const bool is_final =
      exit.code == static_cast<int>(ExitCode::usage) || exit.code == static_cast<int>(ExitCode::environment);
  return is_final ? exit.code : kAgain;
}

/// One round: waits a little, then handles signals, output lines and the progress bar.
void Supervisor::serve(Mpirun& mpirun) {
  pollfd waiting[2] = {{signals_.descriptor(), POLLIN, 0}, {mpirun.output(), POLLIN, 0}};
  poll(waiting, mpirun.output() >= 0 ? 2 : 1, 100);
  while (const int signal = signals_.take()) obey(mpirun, signal);
  print(mpirun.read_lines());
  show_progress();
  if (stop_signal_ == 0) return;
  // Before rank 0 has begun its segment it does not listen for a stop, and nothing can be lost.
  if (!stop_sent_ && launch_began()) {
    mpirun.signal(SIGUSR2);
    stop_sent_ = true;
  }
  if (now_s() > stop_deadline_) mpirun.signal(SIGKILL);
}

void Supervisor::obey(Mpirun& mpirun, int signal) {
  if (stop_signal_ == 0) {
    stop_signal_ = signal;
    tail_.advance();
    stop_deadline_ = now_s() + (launch_began() ? kStopLimit_s : 3);
    if (signal == SIGINT) print({"espalier: stopping, all work is saved. Ctrl-C again aborts."});
  } else if (signal == SIGINT) {
    aborted_ = true;
    mpirun.signal(SIGTERM);  // mpirun kills all ranks within 2 s
    stop_deadline_ = std::min(stop_deadline_, now_s() + 3);
  }
}

/// Waits `seconds`; returns false if a signal came meanwhile.
bool Supervisor::pause(double seconds) {
  pollfd waiting{signals_.descriptor(), POLLIN, 0};
  for (const double until = now_s() + seconds; now_s() < until;) {
    poll(&waiting, 1, 50);
    if (signals_.take() != 0) return false;
  }
  return true;
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

int supervise(const SupervisorOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed output must not end the study
  std::filesystem::create_directories(options.out / "logs");
  return Supervisor(options).run();
}

}  // namespace espalier::runtime
