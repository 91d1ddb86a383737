// Starts a child with pipes, feeds its input and collects both outputs until it ends.
#include "espalier/process/capture.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "espalier/core/errors.hpp"
#include "espalier/os/descriptor.hpp"
#include "espalier/process/launch.hpp"

namespace espalier::process {

namespace {

struct Pipe {
  os::Descriptor read, write;
};

Pipe make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make a pipe", std::strerror(errno), "");
  return {os::Descriptor(ends[0]), os::Descriptor(ends[1])};
}

/// Blocks SIGPIPE and removes a pending one at the end, so that a child that closes its input early does not kill us.
class PipeSignalHeld {
 public:
  PipeSignalHeld() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~PipeSignalHeld() {
    const timespec at_once{};
    if (!sigismember(&before_, SIGPIPE)) sigtimedwait(&set_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PipeSignalHeld(const PipeSignalHeld&) = delete;
  PipeSignalHeld& operator=(const PipeSignalHeld&) = delete;

 private:
  sigset_t set_, before_;
};

void feed(os::Descriptor& sink, std::string_view& rest) {
  const auto written = write(sink.get(), rest.data(), rest.size());
  if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  if (rest.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) sink.close();
}

void drain(os::Descriptor& source, std::string& into) {
  char buffer[65536];
  const auto got = read(source.get(), buffer, sizeof buffer);
  if (got > 0) into.append(buffer, static_cast<std::size_t>(got));
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) source.close();
}

/// Moves bytes until the child has closed both outputs.
void exchange(os::Descriptor in, os::Descriptor out, os::Descriptor err, std::string_view input, Captured& result) {
  const PipeSignalHeld held;
  if (input.empty()) in.close();
  else fcntl(in.get(), F_SETFL, O_NONBLOCK);
  while (out || err) {
    pollfd waiting[3] = {{in.get(), POLLOUT, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
    if (poll(waiting, 3, -1) < 0 && errno != EINTR) throw EnvironmentError("poll failed", std::strerror(errno), "");
    if (waiting[0].revents) feed(in, input);
    if (waiting[1].revents) drain(out, result.out);
    if (waiting[2].revents) drain(err, result.err);
  }
}

}  // namespace

Captured capture(const std::vector<std::string>& argv, const std::string& input) {
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  ProcessOptions options;
  options.argv = argv;
  options.descriptors = {{in.read.get(), 0}, {out.write.get(), 1}, {err.write.get(), 2}};
  options.death_signal = SIGKILL;  // the calling thread waits here until the child ends
  const pid_t child = launch(options);
  in.read.close();
  out.write.close();
  err.write.close();

  Captured result;
  exchange(std::move(in.write), std::move(out.read), std::move(err.read), input, result);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.exit_code = exit_of(status).code;
  return result;
}

}  // namespace espalier::process
