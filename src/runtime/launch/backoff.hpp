#pragma once
// Backoff sleep for loops that serve MPI: Open MPI's own waits spin and would take a core from the trainer.
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
