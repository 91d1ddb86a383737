// Opens files without following links where they are written, without waiting on FIFOs, and checks that they are
// regular.
#include "espalier/os/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"

namespace espalier::os {
namespace {

constexpr mode_t kMode = 0666;  // less what the user's mask takes

bool is_written(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) != 0; }

/// What stands in the place of a regular file; null where the errno tells it all.
const char* stranger_at(const std::filesystem::path& file) {
  struct stat facts{};
  if (::lstat(file.c_str(), &facts) != 0 || S_ISREG(facts.st_mode)) return nullptr;
  if (S_ISLNK(facts.st_mode)) return "it is a symbolic link";
  if (S_ISFIFO(facts.st_mode)) return "it is a FIFO";
  return S_ISDIR(facts.st_mode) ? "it is a folder" : "it is not a regular file";
}

[[noreturn]] void refuse(const std::filesystem::path& file) {
  const int number = errno;
  const char* stranger = stranger_at(file);
  if (stranger && number != ENOENT) {  // ENOENT: a link that leads nowhere, or just gone
    throw EnvironmentError("cannot open '" + file.string() + "'", stranger,
                           "A regular file belongs there. Remove it, and give the same command again.");
  }
  errno = number;
  disk_failed("open", file);
}

}  // namespace

Descriptor try_open_regular(const std::filesystem::path& file, int flags) {
  const int safe = O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (is_written(flags) ? O_NOFOLLOW : 0);
  Descriptor opened(::open(file.c_str(), flags | safe, kMode));
  if (!opened) return opened;
  struct stat facts{};
  if (::fstat(opened.get(), &facts) != 0) return Descriptor();
  const bool is_wanted = (flags & O_DIRECTORY) ? S_ISDIR(facts.st_mode) : S_ISREG(facts.st_mode);
  if (is_wanted) return opened;
  opened.close();
  errno = EINVAL;
  return opened;
}

Descriptor open_regular(const std::filesystem::path& file, int flags) {
  Descriptor opened = try_open_regular(file, flags);
  if (!opened) refuse(file);
  return opened;
}

std::optional<std::string> read_regular(const std::filesystem::path& file, std::size_t most_bytes) {
  errno = 0;
  const Descriptor opened = try_open_regular(file, O_RDONLY);
  if (!opened && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!opened) refuse(file);
  std::string text;
  char buffer[1 << 16];
  for (ssize_t got = 0; (got = ::read(opened.get(), buffer, sizeof buffer)) != 0;) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) disk_failed("read", file);
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > most_bytes) {
      throw EnvironmentError("'" + file.string() + "' is not what this program wrote",
                             "it holds more than " + std::to_string(most_bytes) + " bytes", "Remove it.");
    }
  }
  return text;
}

}  // namespace espalier::os
