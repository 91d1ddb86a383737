// Tries a shared flock on OUT/lock without waiting; where that fails, reads who holds it.
#include "cli/lock_probe.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fstream>

namespace espalier::cli {

std::string lock_holder(const std::filesystem::path& out) {
  const auto file = out / "lock";
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return "";
  const bool is_free = ::flock(descriptor, LOCK_SH | LOCK_NB) == 0;
  ::close(descriptor);
  if (is_free) return "";
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.empty() ? "an unknown process" : line;
}

}  // namespace espalier::cli
