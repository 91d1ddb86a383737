// Starts a child with a socket and a log file, kills and reaps it, and reads the tail of its log.
#include "espalier/process/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "espalier/core/errors.hpp"
#include "espalier/core/utf8.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::process {

namespace {

os::Descriptor open_log(const std::filesystem::path& log) {
  os::Descriptor file = os::open_regular(log, O_WRONLY | O_APPEND | O_CREAT);
  fcntl(file.get(), F_SETFL, O_APPEND);  // the child writes as to any file
  return file;
}

std::uint64_t length_of(const os::Descriptor& file) {
  struct stat facts;
  return fstat(file.get(), &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

}  // namespace

Child Child::start(const ChildOptions& options) {
  const os::Descriptor log = open_log(options.log);
  const os::Descriptor nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  SocketPair pair = make_socket_pair();
  Child child;
  child.log_ = options.log;
  child.log_begin_ = length_of(log);
  child.socket_ = FrameSocket(std::move(pair.ours));

  ProcessOptions launching;
  launching.argv = options.argv;
  launching.environment = options.environment;
  launching.descriptors = {{nothing.get(), 0}, {log.get(), 1}, {log.get(), 2}, {pair.theirs.get(), kChildSocket}};
  launching.blocked = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2};
  launching.death_signal = SIGKILL;
  child.process_ = launch(launching);
  return child;
}

Child::Child(Child&& other) noexcept
    : process_(std::exchange(other.process_, 0)),
      socket_(std::move(other.socket_)),
      log_(std::move(other.log_)),
      log_begin_(other.log_begin_) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    end();
    process_ = std::exchange(other.process_, 0);
    socket_ = std::move(other.socket_);
    log_ = std::move(other.log_);
    log_begin_ = other.log_begin_;
  }
  return *this;
}

Child::~Child() { end(); }

void Child::end() noexcept {
  if (process_ <= 0) return;
  kill();
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
}

void Child::kill() noexcept {
  if (process_ > 0) ::kill(process_, SIGKILL);
}

std::optional<Exit> Child::reap() {
  if (process_ <= 0) return std::nullopt;
  int status = 0;
  if (waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return exit_of(status);
}

std::string Child::log_tail(std::size_t bytes) const {
  const os::Descriptor file = os::try_open_regular(log_, O_RDONLY);
  if (!file) return "";
  const std::uint64_t end = length_of(file), begin = std::max(log_begin_, end > bytes ? end - bytes : 0);
  if (begin >= end) return "";
  std::string text(end - begin, '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), static_cast<off_t>(begin));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return std::string(whole_characters(text));
}

}  // namespace espalier::process
