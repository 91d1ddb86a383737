// Tries a shared flock on OUT/lock without waiting; where that fails, reads who holds it.
#include "cli/lock_probe.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <fstream>

#include "espalier/os/descriptor.hpp"

namespace espalier::cli {

std::string lock_holder(const std::filesystem::path& out) {
  const auto file = out / "lock";
  os::Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened) return "";
  const bool is_free = ::flock(opened.get(), LOCK_SH | LOCK_NB) == 0;
  opened.close();
  if (is_free) return "";
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.empty() ? "an unknown process" : line;
}

std::string who_obeys(const std::filesystem::path& out) {
  const auto holder = lock_holder(out);
  if (holder.empty()) return "Nothing runs here: the next 'espalier run' takes it up.";
  return "The launch (" + holder + ") takes it up, or the next 'espalier run' if it ends first.";
}

}  // namespace espalier::cli
