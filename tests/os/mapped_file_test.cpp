// Mapped files: their bytes, their moves, and whose mistake an unreadable one is.
#include "espalier/os/mapped_file.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <utility>

#include "espalier/core/errors.hpp"
#include "os/os_scratch.hpp"

namespace espalier::os {

TEST_CASE("mapped file: has the file's bytes; an empty file has none") {
  const Scratch folder;
  folder.put("some", std::string("a\0b", 3));
  folder.put("empty", "");

  CHECK(MappedFile(folder.path() / "some").text() == std::string("a\0b", 3));
  CHECK(MappedFile(folder.path() / "empty").bytes().empty());
}

TEST_CASE("mapped file: moves hand the mapping on") {
  const Scratch folder;
  folder.put("one", "one");
  folder.put("two", "two");
  MappedFile one(folder.path() / "one"), two(folder.path() / "two");

  one = std::move(two);

  CHECK(one.text() == "two");
  CHECK(two.bytes().empty());
}

TEST_CASE("mapped file: one that cannot be read is the machine's fault, or the user's who named it") {
  const Scratch folder;
  const auto missing = folder.path() / "missing";

  CHECK_THROWS_AS(MappedFile(missing), EnvironmentError);
  CHECK_THROWS_AS(MappedFile(missing, NamedBy::user), UsageError);
  CHECK_THROWS_WITH(MappedFile(missing), Catch::Contains("missing") && Catch::Contains("No such file"));
}

TEST_CASE("mapped file: neither a folder nor a FIFO is read") {
  const Scratch folder;
  REQUIRE(::mkfifo((folder.path() / "fifo").c_str(), 0600) == 0);

  CHECK_THROWS_WITH(MappedFile(folder.path()), Catch::Contains("regular file"));
  CHECK_THROWS_WITH(MappedFile(folder.path() / "fifo"), Catch::Contains("regular file"));
}

TEST_CASE("mapped file: a machine that may open no more files is at fault, whoever named the file") {
  const Scratch folder;
  folder.put("some", "bytes");
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);

  std::string said;
  try {
    const MappedFile file(folder.path() / "some", NamedBy::user);
  } catch (const EnvironmentError& error) {
    setrlimit(RLIMIT_NOFILE, &before);  // before anything else: UBSan looks at objects through a pipe
    said = error.what();
  }

  CHECK_THAT(said, Catch::Contains("Too many open files"));
}

}  // namespace espalier::os
