// Locks on open files, and file systems that have none.
#include "espalier/os/file_lock.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "os/os_scratch.hpp"

using namespace espalier;
using namespace espalier::os;

namespace {

template <int number>
int failed_flock(int, int) {
  errno = number;
  return -1;
}

int interrupted_once(int descriptor, int operation) {
  static bool interrupted = false;
  if (interrupted) return ::flock(descriptor, operation);
  interrupted = true;
  errno = EINTR;
  return -1;
}

/// What try_lock says while flock is this.
FileLock tried(const Descriptor& opened, int (*flock)(int, int)) {
  const DiskCalls before = disk_calls();
  disk_calls().flock = flock;
  try {
    const FileLock lock = try_lock(opened, LockMode::exclusive, "file");
    disk_calls() = before;
    return lock;
  } catch (...) {
    disk_calls() = before;
    throw;
  }
}

}  // namespace

TEST_CASE("file lock: one holder excludes others, several may share") {
  const Scratch scratch;
  const auto file = scratch.path() / "file";
  const Descriptor one = open_file(file, O_RDWR | O_CREAT), two = open_file(file, O_RDONLY);

  CHECK(try_lock(one, LockMode::shared, file) == FileLock::taken);
  CHECK(try_lock(two, LockMode::shared, file) == FileLock::taken);
  CHECK(try_lock(one, LockMode::exclusive, file) == FileLock::held);
}

TEST_CASE("file lock: a file system without locks is told from one that fails, and an interruption from both") {
  const Scratch scratch;
  const Descriptor opened = open_file(scratch.path() / "file", O_RDWR | O_CREAT);

  CHECK(tried(opened, failed_flock<ENOSYS>) == FileLock::unsupported);
  CHECK(tried(opened, failed_flock<ENOLCK>) == FileLock::unsupported);
  CHECK(tried(opened, failed_flock<EOPNOTSUPP>) == FileLock::unsupported);
  CHECK(tried(opened, failed_flock<EWOULDBLOCK>) == FileLock::held);
  CHECK(tried(opened, interrupted_once) == FileLock::taken);
  CHECK_THROWS_AS(tried(opened, failed_flock<EIO>), EnvironmentError);
}
