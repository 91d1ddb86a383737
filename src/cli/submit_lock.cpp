// Takes the lock that keeps two `submit` for one directory from both finding no job and both queueing one.
#include "cli/submit_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/file_lock.hpp"

namespace espalier::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kPatience{20};
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

os::Descriptor lock_submission(const std::filesystem::path& out) {
  std::filesystem::create_directories(out / "logs");
  const auto file = out / "logs" / "submit.lock";
  auto opened = os::open_file(file, O_RDWR | O_CREAT);
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    const auto lock = os::try_lock(opened, os::LockMode::exclusive, file);
    if (lock == os::FileLock::taken) return opened;
    if (lock == os::FileLock::unsupported) {
      log::warn(fmt::format("'{}' cannot be locked: two 'submit' at once might queue two jobs", file.string()));
      return opened;
    }
    if (Clock::now() >= deadline) {
      throw UsageError(fmt::format("another 'espalier submit' works on '{}'", out.string()),
                       fmt::format("it has held 'logs/submit.lock' for {} s", kPatience.count()),
                       "Give the same command again when it has ended.");
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace espalier::cli
