// Notes what the main thread does, and counts the seconds in which nothing of it ends.
#include "runtime/busy.hpp"

#include <atomic>

namespace espalier::runtime {

namespace {

std::atomic<std::uint64_t> signs{1};  ///< goes up whenever something begins or ends
std::atomic<int> limit_s{kBusyLimit_s};
std::atomic<const char*> busy_with_now{"the start"};

void begin(const char* with, int limit) {
  busy_with_now = with;
  limit_s = limit;
  ++signs;
}

}  // namespace

void note_progress() { begin("a turn of the loop", kTurnLimit_s); }

Busy::Busy(const char* with, int limit) : with_before_(busy_with_now), limit_before_(limit_s) { begin(with, limit); }

Busy::~Busy() { begin(with_before_, limit_before_); }

bool ProgressWatch::gets_on() {
  const std::uint64_t now = signs;
  silent_s_ = now == seen_ ? silent_s_ + 1 : 0;
  seen_ = now;
  return silent_s_ <= limit_s;
}

std::string ProgressWatch::busy_with() const { return busy_with_now.load(); }

}  // namespace espalier::runtime
