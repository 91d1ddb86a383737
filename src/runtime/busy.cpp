// Notes what the main thread does, and counts the seconds in which nothing of it ends.
#include "runtime/busy.hpp"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <utility>

#include "espalier/process/launch.hpp"

namespace espalier::runtime {

namespace {

std::atomic<std::uint64_t> signs{1};  ///< goes up whenever something begins or ends
std::atomic<int> limit_s{kBusyLimit_s};
std::atomic<bool> may_idle{true};  ///< in the start MPI waits for other machines
std::atomic<const char*> busy_with_now{"the start"};

void begin(const char* with, int limit) {
  busy_with_now = with;
  limit_s = limit;
  may_idle = limit == kNoLimit_s;
  ++signs;
}

}  // namespace

void note_progress() { begin("a turn of the loop", kTurnLimit_s); }

void note_step() { ++signs; }

Busy::Busy(const char* with, int limit) : with_before_(busy_with_now), limit_before_(limit_s) { begin(with, limit); }

Busy::~Busy() { begin(with_before_, limit_before_); }

ProcessLook look_at_self() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return {static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec),
          process::state_of(getpid()) == 'D'};
}

bool ProgressWatch::gets_on(const ProcessLook& look) {
  const std::uint64_t now = signs;
  const bool is_sign = std::exchange(seen_, now) != now;
  const bool works = look.cpu_s - std::exchange(cpu_s_, look.cpu_s) >= kLeastWork_s || look.waits_for_disk;
  silent_s_ = is_sign ? 0 : silent_s_ + 1;
  idle_s_ = is_sign || works ? 0 : idle_s_ + 1;
  return silent_s_ <= limit_s && (may_idle || idle_s_ <= kIdleLimit_s);
}

std::string ProgressWatch::busy_with() const { return busy_with_now.load(); }

}  // namespace espalier::runtime
