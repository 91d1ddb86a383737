#pragma once
// A child process that speaks frames over a socket: how an agent keeps its trainer.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "espalier/process/frame_socket.hpp"
#include "espalier/process/launch.hpp"

namespace espalier::process {

/// The descriptor number of the child's socket; the child is also told it as "--socket 3".
inline constexpr int kChildSocket = 3;

struct ChildOptions {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::filesystem::path log;  ///< standard output and error are appended here
};

/// Owns one child process, which is killed and reaped with its owner and dies with us. The child starts with default
/// signal handlers and with TERM, INT, USR1 and USR2 blocked.
class Child {
 public:
  Child() = default;
  /// Call from the main thread: the death signal follows the thread. Throws EnvironmentError.
  static Child start(const ChildOptions& options);
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t process() const { return process_; }
  FrameSocket& socket() { return socket_; }
  const FrameSocket& socket() const { return socket_; }

  void kill() noexcept;
  /// How the child ended, returned once after it has ended; never blocks.
  std::optional<Exit> reap();
  /// The last bytes that this child wrote to its log.
  std::string log_tail(std::size_t bytes = 2000) const;

 private:
  void end() noexcept;

  pid_t process_ = 0;
  FrameSocket socket_;
  std::filesystem::path log_;
  std::uint64_t log_begin_ = 0;  ///< length of the log before this child started
};
static_assert(os::is_handle<Child>);

}  // namespace espalier::process
