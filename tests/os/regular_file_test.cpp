// Links, FIFOs and devices where a regular file of ours ought to be.
#include "espalier/os/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "os/os_scratch.hpp"

namespace espalier::os {

using Catch::Contains;

TEST_CASE("regular files: a symbolic link is refused for writing, and what it leads to stays as it is") {
  const Scratch scratch;
  scratch.put("outside", "precious");
  std::filesystem::create_symlink(scratch.path() / "outside", scratch.path() / "link");
  std::filesystem::create_symlink(scratch.path() / "nowhere", scratch.path() / "dangling");

  CHECK_THROWS_WITH(open_file(scratch.path() / "link", O_RDWR | O_CREAT | O_TRUNC), Contains("it is a symbolic link"));
  CHECK_THROWS_AS(open_regular(scratch.path() / "link", O_WRONLY), EnvironmentError);
  CHECK_THROWS_WITH(open_regular(scratch.path() / "dangling", O_WRONLY | O_CREAT), Contains("it is a symbolic link"));
  CHECK(scratch.text("outside") == "precious");
  CHECK_FALSE(std::filesystem::exists(scratch.path() / "nowhere"));
  CHECK(read_regular(scratch.path() / "link", 100) == "precious");  // whoever only reads may follow it
}

TEST_CASE("regular files: a FIFO, a folder and a device are refused at once, for reading and for writing") {
  const Scratch scratch;
  const auto fifo = scratch.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);

  CHECK_THROWS_WITH(open_regular(fifo, O_RDONLY), Contains("it is a FIFO"));
  CHECK_THROWS_WITH(open_regular(fifo, O_WRONLY | O_CREAT | O_APPEND), Contains("it is a FIFO"));
  CHECK_THROWS_WITH(read_regular(fifo, 100), Contains("it is a FIFO"));
  CHECK_THROWS_WITH(read_regular(scratch.path(), 100), Contains("it is a folder"));
  CHECK_THROWS_AS(read_regular("/dev/zero", 100), EnvironmentError);
  CHECK_FALSE(try_open_regular(fifo, O_RDONLY));
  CHECK_NOTHROW(sync_folder(scratch.path()));
}

TEST_CASE("regular files: an absent one reads as nothing, and one above the bound is refused") {
  const Scratch scratch;
  scratch.put("file", "0123456789");

  CHECK_FALSE(read_regular(scratch.path() / "none", 100));
  CHECK_FALSE(read_regular(scratch.path() / "file" / "below", 100));
  CHECK(read_regular(scratch.path() / "file", 10) == "0123456789");
  CHECK_THROWS_WITH(read_regular(scratch.path() / "file", 9), Contains("more than 9 bytes"));
}

}  // namespace espalier::os
