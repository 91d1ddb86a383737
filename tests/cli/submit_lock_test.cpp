#include "cli/submit_lock.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "espalier/os/disk_calls.hpp"
#include "espalier/os/file_lock.hpp"
#include "os/os_scratch.hpp"

using namespace espalier;
using namespace espalier::cli;

namespace {

bool is_free(const std::filesystem::path& out) {
  const auto file = out / "logs" / "submit.lock";
  const auto opened = os::open_file(file, O_RDWR);
  return os::try_lock(opened, os::LockMode::exclusive, file) == os::FileLock::taken;
}

}  // namespace

TEST_CASE("submit lock: it is held as long as the descriptor is, in a directory that was not there") {
  const os::Scratch scratch;
  const auto out = scratch.path() / "results";
  {
    const auto lock = lock_submission(out);
    CHECK_FALSE(is_free(out));
  }
  CHECK(is_free(out));
}

TEST_CASE("submit lock: a file system without locks ends no submission") {
  const os::Scratch scratch;
  const os::DiskCalls before = os::disk_calls();
  os::disk_calls().flock = [](int, int) {
    errno = ENOLCK;
    return -1;
  };
  CHECK_NOTHROW(lock_submission(scratch.path()));
  os::disk_calls() = before;
}
