// Tries flock without waiting, and tells a file system without locks from a lock that somebody holds.
#include "espalier/os/file_lock.hpp"

#include <cerrno>

#include "espalier/os/disk_calls.hpp"

namespace espalier::os {

FileLock try_lock(const Descriptor& opened, LockMode mode, const std::filesystem::path& file) {
  const int operation = (mode == LockMode::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (disk_calls().flock(opened.get(), operation) != 0) {
    switch (errno) {
      case EINTR: continue;
      case EWOULDBLOCK: return FileLock::held;
      case ENOSYS:
      case ENOLCK:
      case EOPNOTSUPP: return FileLock::unsupported;
      default: disk_failed("lock", file);
    }
  }
  return FileLock::taken;
}

}  // namespace espalier::os
