// Yields first, then sleeps for 0.05 ms growing to 1 ms, waking when a descriptor becomes readable.
#include "runtime/launch/backoff.hpp"

#include <poll.h>
#include <sched.h>
#include <time.h>

#include <algorithm>

namespace espalier::runtime {

void Backoff::wait(int descriptor) {
  constexpr int kYields = 4;
  constexpr long kShortest_ns = 50'000, kLongest_ns = 1'000'000;
  if (++idle_rounds_ <= kYields) {
    sched_yield();
    return;
  }
  const int doublings = std::min(idle_rounds_ / kYields, 5);
  const timespec longest{0, std::min(kShortest_ns << doublings, kLongest_ns)};
  pollfd one{descriptor, POLLIN, 0};
  ppoll(&one, descriptor >= 0 ? 1 : 0, &longest, nullptr);
}

}  // namespace espalier::runtime
