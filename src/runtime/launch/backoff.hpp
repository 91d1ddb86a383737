#pragma once
// Clocks, and the backoff sleep of loops that serve MPI: Open MPI's own waits spin and would take a core from the
// trainer.
#include <algorithm>
#include <chrono>

namespace espalier::runtime {

/// Seconds on a monotonic clock.
inline double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds since 1970.
inline double wall_clock_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Seconds in which a loop could look around: of what passes between two calls at most `longest_step_s` counts. The
/// rest was spent suspended, or in one long piece of work, and counts against nobody's deadline.
class WatchedClock {
 public:
  explicit WatchedClock(double longest_step_s) : longest_step_s_(longest_step_s) {}
  double advance(double now) {
    if (seen_ >= 0) passed_ += std::clamp(now - seen_, 0.0, longest_step_s_);
    seen_ = now;
    return passed_;
  }

 private:
  double longest_step_s_, seen_ = -1, passed_ = 0;
};

/// Backoff of an idle loop: yields first, then sleeps from 0.05 ms up to 1 ms.
class Backoff {
 public:
  void busy() { idle_rounds_ = 0; }
  /// Waits one interval; returns early when `descriptor` (ignored if negative) can be read, or on a signal.
  void wait(int descriptor = -1);

 private:
  int idle_rounds_ = 0;
};

}  // namespace espalier::runtime
