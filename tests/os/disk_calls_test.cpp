// The checked disk calls: what they do where a call writes little, is interrupted or fails.
#include "espalier/os/disk_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>

#include "espalier/core/errors.hpp"
#include "os/os_scratch.hpp"

using namespace espalier;
using namespace espalier::os;

namespace {

/// Puts other calls in place for its scope.
class OtherCalls {
 public:
  explicit OtherCalls(DiskCalls calls) : before_(disk_calls()) { disk_calls() = calls; }
  OtherCalls(const OtherCalls&) = delete;
  OtherCalls& operator=(const OtherCalls&) = delete;
  ~OtherCalls() { disk_calls() = before_; }

 private:
  DiskCalls before_;
};

/// Writes one byte at a time, and is interrupted before each.
ssize_t slow_write(int descriptor, const void* bytes, std::size_t) {
  static bool interrupted = false;
  interrupted = !interrupted;
  if (interrupted) {
    errno = EINTR;
    return -1;
  }
  return ::write(descriptor, bytes, 1);
}

template <int number>
ssize_t failed_write(int, const void*, std::size_t) {
  errno = number;
  return -1;
}

int failed_sync(int) {
  errno = EIO;
  return -1;
}

}  // namespace

TEST_CASE("disk calls: all bytes are written, however little a call takes and however often it is interrupted") {
  const Scratch scratch;
  const auto file = scratch.path() / "file";
  const OtherCalls slow({slow_write, ::fdatasync, ::fsync, ::rename});

  write_all(open_file(file, O_WRONLY | O_CREAT).get(), bytes_of("some words"), file);

  CHECK(scratch.text("file") == "some words");
}

TEST_CASE("disk calls: a call that fails is told with its file and the system's reason; a full disk asks for room") {
  const Scratch scratch;
  const auto file = scratch.path() / "file";
  const Descriptor opened = open_file(file, O_WRONLY | O_CREAT);
  using Catch::Contains;
  {
    const OtherCalls full({failed_write<ENOSPC>, failed_sync, failed_sync, ::rename});
    CHECK_THROWS_WITH(write_all(opened.get(), bytes_of("a"), file),
                      Contains("cannot write '" + file.string()) && Contains("Make room on the disk"));
    CHECK_THROWS_WITH(sync_data(opened.get(), file), Contains("cannot sync") && Contains("Check the disk"));
    CHECK_THROWS_WITH(sync_folder(scratch.path()), Contains("cannot sync '" + scratch.path().string() + "'"));
  }
  CHECK_THROWS_AS(rename_file(scratch.path() / "none", file), EnvironmentError);
  CHECK_THROWS_WITH(open_file(scratch.path() / "none" / "file", O_RDONLY), Contains("cannot open"));
}
