#pragma once
// A file system without locks, as some network file systems are.
#include <cerrno>

#include "espalier/os/disk_calls.hpp"

namespace espalier::store {

/// In its scope every flock fails, with ENOSYS unless another call is given.
class WithoutLocks {
 public:
  explicit WithoutLocks(int (*flock)(int, int) = no_flock) : before_(os::disk_calls()) {
    os::disk_calls().flock = flock;
  }
  WithoutLocks(const WithoutLocks&) = delete;
  WithoutLocks& operator=(const WithoutLocks&) = delete;
  ~WithoutLocks() { os::disk_calls() = before_; }

 private:
  static int no_flock(int, int) {
    errno = ENOSYS;
    return -1;
  }
  os::DiskCalls before_;
};

}  // namespace espalier::store
