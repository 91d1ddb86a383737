// Starts programs by vfork and exec with chosen descriptors, signals and environment.
#include "espalier/process/launch.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::process {

namespace {

/// Everything the child needs, prepared before vfork, because nothing may be allocated between vfork and exec.
struct Prepared {
  std::vector<char*> argv, environment;
  sigset_t mask;
  pid_t parent = 0;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
  return list;
}

bool same_name(const char* left, const std::string& right) {
  const auto length = right.find('=');
  return length != std::string::npos && std::strncmp(left, right.c_str(), length + 1) == 0;
}

Prepared prepare(const ProcessOptions& options) {
  Prepared ready;
  ready.argv = pointers(options.argv);
  ready.argv.push_back(nullptr);
  ready.environment = pointers(options.environment);
  for (char** entry = environ; entry && *entry; ++entry) {
    bool replaced = false;
    for (const auto& ours : options.environment) replaced = replaced || same_name(*entry, ours);
    if (!replaced) ready.environment.push_back(*entry);
  }
  ready.environment.push_back(nullptr);
  sigemptyset(&ready.mask);
  for (const int number : options.blocked) sigaddset(&ready.mask, number);
  ready.parent = getpid();
  return ready;
}

/// Marks every descriptor above 2 close-on-exec: libraries (MPI, loggers) open some without it.
void close_others_on_exec() {
  if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0) return;
  const long most = sysconf(_SC_OPEN_MAX);  // kernels before 5.11
  for (int number = 3; number < most && number < 65536; ++number) fcntl(number, F_SETFD, FD_CLOEXEC);
}

bool pass(const Passed& passed) {
  if (passed.descriptor == passed.as) return fcntl(passed.as, F_SETFD, 0) == 0;
  return dup2(passed.descriptor, passed.as) == passed.as;
}

void default_handlers() {
  struct sigaction fallback;
  std::memset(&fallback, 0, sizeof fallback);
  fallback.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number) {
    if (number != SIGKILL && number != SIGSTOP) sigaction(number, &fallback, nullptr);
  }
}

/// Runs in the child on the parent's memory (vfork). Returns the errno of the call that failed.
int become(const ProcessOptions& options, const Prepared& ready) {
  default_handlers();
  if (options.death_signal != 0) {
    if (prctl(PR_SET_PDEATHSIG, options.death_signal) != 0) return errno;
    if (getppid() != ready.parent) _exit(127);
  }
  if (options.own_session && setsid() < 0) return errno;
  close_others_on_exec();
  for (const auto& passed : options.descriptors) {
    if (!pass(passed)) return errno;
  }
  if (sigprocmask(SIG_SETMASK, &ready.mask, nullptr) != 0) return errno;
  execvpe(ready.argv[0], ready.argv.data(), ready.environment.data());
  return errno;
}

}  // namespace

pid_t launch(const ProcessOptions& options) {
  ESPALIER_EXPECT(!options.argv.empty());
  const Prepared ready = prepare(options);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);  // no handler of ours may run in the child
  volatile int failure = 0;
  const pid_t child = vfork();
  if (child == 0) {
    failure = become(options, ready);
    _exit(127);
  }
  const int fork_failure = child < 0 ? errno : 0;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child > 0 && failure != 0) waitpid(child, nullptr, 0);
  if (child < 0 || failure != 0) {
    throw EnvironmentError("cannot start '" + options.argv[0] + "'", std::strerror(child < 0 ? fork_failure : failure),
                           "Check that it is installed and executable.");
  }
  return child;
}

Exit exit_of(int status) {
  if (WIFSIGNALED(status)) return {128 + WTERMSIG(status), WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

char state_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos || name_end + 2 >= line.size()) return 0;
  const char state = line[name_end + 2];
  return state == 't' ? 'T' : state;
}

bool is_stopped(pid_t process) { return state_of(process) == 'T'; }

void die_with_parent() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == 1) _exit(127);
}

}  // namespace espalier::process
