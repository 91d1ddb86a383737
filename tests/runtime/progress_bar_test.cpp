// The progress line where standard error is no terminal: now and then, and never twice.
#include "runtime/rank0/progress_bar.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "espalier/os/descriptor.hpp"
#include "os/os_scratch.hpp"
#include "runtime/launch/backoff.hpp"

using namespace espalier;
using namespace espalier::runtime;

namespace {

/// Standard error goes to a file for its scope.
class ErrorsToFile {
 public:
  explicit ErrorsToFile(const std::filesystem::path& file) : before_(::dup(STDERR_FILENO)) {
    const os::Descriptor opened(::creat(file.c_str(), 0600));
    ::dup2(opened.get(), STDERR_FILENO);
  }
  ErrorsToFile(const ErrorsToFile&) = delete;
  ErrorsToFile& operator=(const ErrorsToFile&) = delete;
  ~ErrorsToFile() { ::dup2(before_.get(), STDERR_FILENO); }

 private:
  os::Descriptor before_;
};

}  // namespace

TEST_CASE("progress bar: elsewhere than on a terminal a line is printed every 30 s, if it says something new") {
  const os::Scratch scratch;
  {
    const ErrorsToFile errors(scratch.path() / "errors");
    ProgressBar bar;
    const double start = now_s();
    CHECK(bar.every_s() == 30);
    bar.show(start, "too early");
    bar.show(start + 31, "first");
    bar.show(start + 32, "too soon");
    bar.show(start + 62, "first");
    bar.show(start + 63, "");
    bar.show(start + 64, "second");
    bar.clear();
  }
  CHECK(scratch.text("errors") == "first\nsecond\n");
}
