#pragma once
// What rank 0's main thread is at, so that its heartbeats end where the loop hangs.
#include <cstdint>
#include <limits>
#include <string>

namespace espalier::runtime {

inline constexpr int kTurnLimit_s = 10;       ///< from one turn of the loop to the next
inline constexpr int kBusyLimit_s = 3600;     ///< for a start, a plan and a final view: far more than any takes
inline constexpr int kIdleLimit_s = 120;      ///< within that: without any work of this process, nor a disk to wait for
inline constexpr double kLeastWork_s = 0.01;  ///< of processor time a second; a loop that polls takes less
/// For what waits for a disk: the process could not be killed there, and another one would wait for the same.
inline constexpr int kNoLimit_s = std::numeric_limits<int>::max();

/// The loop has turned, or has taken a message. Until the first call the process counts as busy with its start, in
/// which it may wait for other machines, so that it counts as hanging after kBusyLimit_s only.
void note_progress();
/// What the main thread is busy with has got a step further.
void note_step();

/// While this lives, the main thread is busy with something that may take longer than a turn. Scopes may nest.
class Busy {
 public:
  /// `with` must outlive the process: a literal.
  explicit Busy(const char* with, int limit_s = kBusyLimit_s);
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;
  ~Busy();

 private:
  const char* with_before_;
  int limit_before_;
};

/// What shows that the main thread gets on although it says nothing.
struct ProcessLook {
  double cpu_s = 0;  ///< processor time that the process has used so far
  bool waits_for_disk = false;
};
ProcessLook look_at_self();

/// Tells whether the main thread gets on; for the thread that sends heartbeats, which asks once a second. Time in which
/// the process was suspended does not count, since nobody asks then.
class ProgressWatch {
 public:
  bool gets_on(const ProcessLook& look = {});
  /// For how long nothing has shown that it does.
  int silent_s() const { return silent_s_; }
  /// What it is busy with: "a turn of the loop", "planning".
  std::string busy_with() const;

 private:
  std::uint64_t seen_ = 0;
  int silent_s_ = 0;  ///< since something began or ended
  int idle_s_ = 0;    ///< since that, or since there was work
  double cpu_s_ = 0;
};

}  // namespace espalier::runtime
