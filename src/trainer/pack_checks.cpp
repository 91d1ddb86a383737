// Compares packs with their checksums, one trainer of a machine at a time.
#include "trainer/pack_checks.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "espalier/core/errors.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::trainer {
namespace {

constexpr std::chrono::milliseconds kPause{50};

/// Whether somebody holds the lock. Where there are no locks, nobody does.
bool is_refused(const os::Descriptor& opened, int mode) {
  return ::flock(opened.get(), mode | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

/// The first trainer of a machine reads the pack alone; those that found it doing so wait, then read together what the
/// first brought into the page cache. `alive` is called while they wait.
void wait_for_turn(const os::Descriptor& opened, const std::function<void()>& alive) {
  if (!is_refused(opened, LOCK_EX)) return;
  while (is_refused(opened, LOCK_SH)) {
    if (alive) alive();
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

void PackChecks::check(const std::string& digest, const data::PackPaths& packs, const std::function<void()>& alive) {
  const auto found = packs.find(digest);
  if (found == packs.end() || checked_.contains(digest)) return;
  const os::Descriptor opened(::open(found->second.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!opened) return;  // it is gone, which whoever opens it says
  wait_for_turn(opened, alive);
  const data::PackContent content = data::check_content(found->second, alive);
  checked_.insert(digest);
  if (content.state != data::PackContent::State::damaged) return;
  throw EnvironmentError("the pack '" + found->second + "' is damaged", content.fault + "; it was sound before",
                         "Run the study again: a damaged pack is made again of its images.");
}

}  // namespace espalier::trainer
