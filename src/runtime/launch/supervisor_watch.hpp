#pragma once
// Rank 0 looks whether the supervisor is stopped. That never ends a launch; the user should know, for nothing else
// starts it again.
#include <sys/types.h>

#include <functional>
#include <string>

namespace espalier::runtime {

inline constexpr double kStoppedLimit_s = 30;  ///< for so long a supervisor may be stopped unsaid

class SupervisorWatch {
 public:
  /// `address` is its supervisor_address(); one on another machine, or none, is not watched.
  explicit SupervisorWatch(const std::string& address);
  SupervisorWatch(const std::string& address, const std::string& host_key, std::function<bool(pid_t)> is_stopped);

  /// Call about once a second. Returns once what is to be said, else "". Time in which this process was suspended
  /// itself does not count.
  std::string look(double now);

 private:
  std::function<bool(pid_t)> is_stopped_;
  pid_t process_ = 0;  ///< 0: not watched
  double looked_ = 0, stopped_s_ = 0;
  bool said_ = false;
};

}  // namespace espalier::runtime
