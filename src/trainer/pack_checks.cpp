// Compares packs with their checksums, one trainer of a machine at a time.
#include "trainer/pack_checks.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "espalier/core/errors.hpp"
#include "espalier/data/pack_content.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::trainer {
namespace {

/// A lock on the file; none where another process holds it. File systems without locks give one, too.
os::Descriptor lock_of(const std::string& file) {
  os::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (opened && ::flock(opened.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return {};
  return opened;
}

}  // namespace

void PackChecks::check(const std::string& digest, const data::PackPaths& packs, const std::function<void()>& alive) {
  const auto found = packs.find(digest);
  if (found == packs.end() || !checked_.insert(digest).second) return;
  const os::Descriptor lock = lock_of(found->second);
  if (!lock) return;  // or the file is gone, which whoever opens it says
  const data::PackContent content = data::check_content(found->second, alive);
  if (content.state != data::PackContent::State::damaged) return;
  throw EnvironmentError("the pack '" + found->second + "' is damaged", content.fault + "; it was sound before",
                         "Run the study again: a damaged pack is made again of its images.");
}

}  // namespace espalier::trainer
