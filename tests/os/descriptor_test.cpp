// Which types count as handles, and how the ones of os hand on what they own.
#include "espalier/os/descriptor.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "os/os_scratch.hpp"

namespace espalier::os {

static_assert(is_handle<Descriptor> && is_handle<MappedFile> && is_handle<DurableFile>);
static_assert(!is_handle<int> && !is_handle<std::string>, "what can be copied has no one owner");

namespace {

Descriptor open_nothing() { return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
bool is_open(int number) { return ::fcntl(number, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("descriptor: a move hands on the number and leaves none behind") {
  Descriptor first = open_nothing();
  const int number = first.get();

  const Descriptor second = std::move(first);

  CHECK_FALSE(first);
  CHECK(second.get() == number);
  CHECK(is_open(number));
}

TEST_CASE("descriptor: assignment closes its own first, once") {
  Descriptor first = open_nothing(), second = open_nothing();
  const int old = first.get(), kept = second.get();

  first = std::move(second);

  CHECK_FALSE(is_open(old));
  CHECK(first.get() == kept);
  CHECK(is_open(kept));
}

TEST_CASE("descriptor: what is released stays open, what is closed is none") {
  Descriptor opened = open_nothing();
  const int number = opened.release();
  CHECK_FALSE(opened);
  CHECK(is_open(number));

  Descriptor again(number);
  again.close();
  again.close();

  CHECK_FALSE(again);
  CHECK_FALSE(is_open(number));
}

}  // namespace espalier::os
