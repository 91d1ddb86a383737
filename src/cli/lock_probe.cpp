// Tries a shared flock on OUT/lock without waiting; where that fails, reads who holds it.
#include "cli/lock_probe.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include "espalier/os/regular_file.hpp"

namespace espalier::cli {

std::string lock_holder(const std::filesystem::path& out) {
  const auto file = out / "lock";
  os::Descriptor opened = os::try_open_regular(file, O_RDONLY);
  if (!opened) return "";
  const bool is_free = ::flock(opened.get(), LOCK_SH | LOCK_NB) == 0;
  opened.close();
  if (is_free) return "";
  const std::string text = os::read_regular(file, 1 << 16).value_or("");
  const std::string line = text.substr(0, text.find('\n'));
  return line.empty() ? "an unknown process" : line;
}

std::string who_obeys(const std::filesystem::path& out) {
  const auto holder = lock_holder(out);
  if (holder.empty()) return "Nothing runs here: the next 'espalier run' takes it up.";
  return "The launch (" + holder + ") takes it up, or the next 'espalier run' if it ends first.";
}

}  // namespace espalier::cli
