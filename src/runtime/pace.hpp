#pragma once
// Backoff sleep for loops that serve MPI: Open MPI's own waits spin and would take a core from the trainer.
#include <chrono>

namespace espalier::runtime {

/// Seconds on a clock that never falls back.
inline double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Seconds since 1970.
inline double wall_clock_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Naps that grow from nothing to a millisecond while there is nothing to do.
class Pace {
 public:
  void busy() { idle_rounds_ = 0; }
  /// Sleeps; wakes early when `descriptor` (if any, >= 0) can be read, or by a signal.
  void nap(int descriptor = -1);

 private:
  int idle_rounds_ = 0;
};

}  // namespace espalier::runtime
