// Starts mpirun or srun in a session of its own, reads what it prints, and ends it.
#include "runtime/launch/launcher.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::runtime {

using os::Descriptor;

namespace {

Descriptor open_or_throw(const char* path, int flags) {
  Descriptor file(open(path, flags | O_CLOEXEC, 0644));
  if (!file) throw EnvironmentError(std::string("cannot open '") + path + "'", std::strerror(errno), "");
  return file;
}

}  // namespace

Launcher::Launcher(const LauncherOptions& options, const std::filesystem::path& log) : kind_(options.kind) {
  log_ = os::open_regular(log, O_WRONLY | O_CREAT | O_APPEND);
  const Descriptor nothing = open_or_throw("/dev/null", O_RDONLY);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make a pipe", std::strerror(errno), "");
  output_ = Descriptor(ends[0]);
  const Descriptor theirs(ends[1]);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);

  process::ProcessOptions launching;
  launching.argv = command_of(options);
  launching.environment = environment_of(options);
  launching.descriptors = {{nothing.get(), 0}, {theirs.get(), 1}, {theirs.get(), 2}};
  launching.own_session = true;
  launching.death_signal = kind_ == LauncherKind::srun ? SIGQUIT : SIGKILL;
  process_ = process::launch(launching);
}

Launcher::~Launcher() {
  if (process_ <= 0) return;
  kill(process_, kind_ == LauncherKind::srun ? SIGQUIT : SIGKILL);
  kill(process_, SIGCONT);  // one that is stopped would take no other signal
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Launcher::signal(int number, double now) noexcept {
  constexpr double kStepEnd_s = 8;  // Slurm waits for a step for KillWait and two seconds
  if (process_ <= 0) return;
  if (kind_ == LauncherKind::srun && (number == SIGKILL || number == SIGTERM)) {
    if (asked_ < 0) asked_ = now;
    number = number == SIGKILL && now - asked_ > kStepEnd_s ? SIGKILL : SIGQUIT;
    kill(process_, SIGCONT);
  }
  kill(process_, number);
}

std::optional<process::Exit> Launcher::reap() {
  int status = 0;
  if (process_ <= 0 || waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return process::exit_of(status);
}

LaunchWords Launcher::words() const {
  auto words = words_.words();
  words.launcher_stopped = process_ > 0 && process::is_stopped(process_);
  words.last_line = last_lines_.most_telling();
  return words;
}

std::vector<std::string> Launcher::read_lines() {
  std::vector<std::string> lines;
  char buffer[16384];
  for (;;) {
    const auto got = read(output_.get(), buffer, sizeof buffer);
    if (got <= 0) {
      if (got == 0) output_.close();
      return lines;
    }
    const std::string text = words_.take({buffer, static_cast<std::size_t>(got)});
    // Errors are ignored: a full disk must not stop the study, which needs the journal but not this log.
    [[maybe_unused]] const auto logged = write(log_.get(), text.data(), text.size());
    line_ += text;
    for (std::size_t end; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
      last_lines_.add(line_.substr(0, end));
      if (line_.starts_with("espalier: ")) lines.push_back(line_.substr(0, end));
    }
  }
}

}  // namespace espalier::runtime
