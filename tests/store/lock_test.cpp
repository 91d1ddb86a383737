#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>
#include <iterator>

#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/store/journal.hpp"
#include "store/scratch.hpp"
#include "store/without_locks.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

template <int number>
int failed_flock(int, int) {
  errno = number;
  return -1;
}

}  // namespace

TEST_CASE("lock: a second holder is refused with the name of the first, and let in after it") {
  Scratch out;
  {
    const DirectoryLock first = DirectoryLock::acquire(out.path(), some_writer("job7"), 0);
    CHECK_THROWS_WITH(DirectoryLock::acquire(out.path(), some_writer("job8"), 0.01),
                      Catch::Contains("process 4711 on host-a") && Catch::Contains("job7"));
    CHECK_THROWS_AS(DirectoryLock::acquire(out.path(), some_writer("job7"), 0.01), UsageError);
  }
  CHECK_NOTHROW(DirectoryLock::acquire(out.path(), some_writer("job8"), 0));
}

TEST_CASE("lock: a link, a FIFO or a file of another program in its place is refused and left as it is") {
  Scratch out;
  const auto lock = out.path() / "lock", outside = out.path() / "outside";
  std::ofstream(outside) << "precious";
  const auto acquire = [&] { return DirectoryLock::acquire(out.path(), some_writer(), 0); };
  const auto content = [&] {
    std::ifstream in(outside);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };

  std::filesystem::create_symlink(outside, lock);
  CHECK_THROWS_WITH(acquire(), Catch::Contains("it is a symbolic link"));
  std::filesystem::remove(lock);
  std::filesystem::create_hard_link(outside, lock);
  CHECK_THROWS_WITH(acquire(), Catch::Contains("did not write it"));
  std::filesystem::remove(lock);
  REQUIRE(::mkfifo(lock.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(acquire(), Catch::Contains("it is a FIFO"));

  CHECK(content() == "precious");
}

TEST_CASE("lock: a higher restart of the same job and an explicit request take over") {
  Scratch out;
  const DirectoryLock first = DirectoryLock::acquire(out.path(), some_writer("job7"), 0);

  const DirectoryLock second = DirectoryLock::acquire(out.path(), some_writer("job7", 1), 0);
  CHECK_THROWS_AS(DirectoryLock::acquire(out.path(), some_writer("job7", 1), 0), UsageError);
  WriterIdentity request = some_writer();
  request.take_over = true;
  const DirectoryLock third = DirectoryLock::acquire(out.path(), request, 0);

  CHECK_THROWS_AS(DirectoryLock::acquire(out.path(), some_writer("other"), 0), UsageError);
}

TEST_CASE("lock: a file system without locks refuses nobody, and says that it has none; segments fence") {
  Scratch out;
  CHECK(DirectoryLock::acquire(out.path(), some_writer("job7"), 0).is_locked());
  for (const auto flock : {failed_flock<ENOSYS>, failed_flock<ENOLCK>, failed_flock<EOPNOTSUPP>}) {
    const WithoutLocks none(flock);

    const DirectoryLock first = DirectoryLock::acquire(out.path(), some_writer("job7"), 0);
    JournalWriter writer = JournalWriter::open(out.path(), some_writer("job7"));
    const DirectoryLock second = DirectoryLock::acquire(out.path(), some_writer("job8"), 0);
    const JournalWriter next = JournalWriter::open(out.path(), some_writer("job8"));

    CHECK_FALSE(first.is_locked());
    CHECK_FALSE(second.is_locked());
    CHECK(writer.superseded());
    CHECK_FALSE(next.superseded());
    os::DurableFile file(out.path() / "results.h5");
    CHECK_NOTHROW(file.lock());
  }
}

TEST_CASE("lock: a disk that fails is no file system without locks") {
  Scratch out;
  const WithoutLocks none(failed_flock<EIO>);

  CHECK_THROWS_AS(DirectoryLock::acquire(out.path(), some_writer("job7"), 0), EnvironmentError);
}
