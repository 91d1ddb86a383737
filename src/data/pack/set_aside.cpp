// Renames a damaged file to a name beside it that nobody has yet.
#include "data/pack/set_aside.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

/// Returns 0 or errno. Some file systems cannot refuse to replace by themselves.
int rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (std::filesystem::exists(to)) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

std::filesystem::path set_aside(const std::filesystem::path& file) {
  for (int n = 1;; ++n) {
    const std::filesystem::path aside = file.string() + ".damaged-" + std::to_string(n);
    const int error = rename_to_new(file, aside);
    if (error == 0) return aside;
    if (error == ENOENT) return {};
    if (error != EEXIST) {
      throw EnvironmentError("'" + file.string() + "' is damaged and cannot be moved aside", std::strerror(error),
                             "Make its folder writable, or name another cache in ESPALIER_CACHE.");
    }
  }
}

}  // namespace espalier::data
