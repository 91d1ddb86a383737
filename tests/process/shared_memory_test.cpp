#include "espalier/process/shared_memory.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "espalier/core/errors.hpp"

using namespace espalier;
using process::SharedMemory;

TEST_CASE("shared memory: begins as zeros, and what one mapping writes another reads") {
  const auto ours = SharedMemory::create(10000);
  const auto theirs = SharedMemory::of(::getpid(), ours.descriptor(), 10000);

  CHECK(std::string(static_cast<const char*>(ours.data()), 10000) == std::string(10000, '\0'));
  CHECK(ours.data() != theirs.data());
  std::memcpy(static_cast<char*>(ours.data()) + 9990, "some words", 10);
  CHECK(std::memcmp(static_cast<const char*>(theirs.data()) + 9990, "some words", 10) == 0);
}

TEST_CASE("shared memory: a move hands the mapping on") {
  auto first = SharedMemory::create(64);
  std::memcpy(first.data(), "word", 4);
  SharedMemory second(std::move(first));
  CHECK(first.data() == nullptr);
  first = std::move(second);
  CHECK(first.bytes() == 64);
  CHECK(std::memcmp(first.data(), "word", 4) == 0);
}

TEST_CASE("shared memory: what no process holds cannot be mapped") {
  CHECK_THROWS_AS(SharedMemory::of(::getpid(), 9999, 64), EnvironmentError);
}
