// Files written durably: whole or not there, whichever call fails.
#include "espalier/os/durable_file.hpp"

#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "os/os_scratch.hpp"

namespace espalier::os {

namespace {

/// Counts calls and fails at one of them; the system's are back when it goes.
class FailingDisk {
 public:
  explicit FailingDisk(int call) : before_(disk_calls()) {
    at = call;
    calls = 0;
    disk_calls() = {write, sync, sync, rename};
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;
  ~FailingDisk() { disk_calls() = before_; }

  static inline int at = 0, calls = 0;

 private:
  static bool fails() {
    errno = ENOSPC;
    return calls++ == at;
  }
  static ssize_t write(int descriptor, const void* bytes, std::size_t count) {
    return fails() ? -1 : ::write(descriptor, bytes, (count + 1) / 2);  // short writes are usual
  }
  static int sync(int) { return fails() ? -1 : 0; }
  static int rename(const char* from, const char* to) { return fails() ? -1 : ::rename(from, to); }

  DiskCalls before_;
};

}  // namespace

TEST_CASE("durable file: takes the parts in order and replaces what was there") {
  const Scratch folder;
  folder.put("file", "old");
  const std::array<Bytes, 3> parts = {bytes_of("a"), bytes_of(""), bytes_of("bc")};

  write_file_durably(folder.path() / "file", parts);

  CHECK(folder.text("file") == "abc");
  CHECK(folder.files() == 1);
}

TEST_CASE("durable file: whichever call fails, the file is the old or the new one and nothing else is left") {
  int failures = 0;
  for (int call = 0; call < 20; ++call) {
    CAPTURE(call);
    const Scratch folder;
    folder.put("file", "old");
    const FailingDisk disk(call);
    try {
      write_file_durably(folder.path() / "file", bytes_of("new content"));
    } catch (const EnvironmentError& error) {
      ++failures;
      CHECK_THAT(std::string(error.what()),
                 Catch::Contains("No space left") && Catch::Contains(folder.path().string()));
    }

    CHECK((folder.text("file") == "old" || folder.text("file") == "new content"));
    CHECK(folder.files() == 1);
  }
  CHECK(failures > 3);  // a write, both syncs and the rename
}

TEST_CASE("durable file: uncommitted it leaves nothing, also where another is assigned to it") {
  const Scratch folder;
  {
    DurableFile first(folder.path() / "first"), second(folder.path() / "second");
    first.write(bytes_of("1"));
    second.write(bytes_of("2"));

    first = std::move(second);
    first.commit();
  }

  CHECK(folder.files() == 1);
  CHECK(folder.text("second") == "2");
}

TEST_CASE("durable file: a folder that is not there is named with the reason") {
  CHECK_THROWS_WITH(write_file_durably("/nowhere/file", bytes_of("")),
                    Catch::Contains("cannot open") && Catch::Contains("/nowhere/file"));
}

}  // namespace espalier::os
