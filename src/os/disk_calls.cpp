// Calls that change the disk, each checked; behind a table of pointers that tests replace.
#include "espalier/os/disk_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "espalier/core/errors.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::os {

DiskCalls& disk_calls() {
  static DiskCalls calls{::write, ::fdatasync, ::fsync, ::rename};
  return calls;
}

void disk_failed(const char* what, const std::filesystem::path& file) {
  const int number = errno;
  const char* suggestion = number == ENOSPC || number == EDQUOT ? "Make room on the disk; the same command goes on."
                                                                : "Check the disk and its permissions.";
  throw EnvironmentError("cannot " + std::string(what) + " '" + file.string() + "'", std::strerror(number), suggestion);
}

void write_all(int descriptor, Bytes bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = disk_calls().write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) disk_failed("write", file);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void sync_data(int descriptor, const std::filesystem::path& file) {
  if (disk_calls().fdatasync(descriptor) != 0) disk_failed("sync", file);
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (disk_calls().fsync(opened.get()) != 0) disk_failed("sync", folder);
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (disk_calls().rename(from.c_str(), to.c_str()) != 0) disk_failed("rename", from);
}

Descriptor open_file(const std::filesystem::path& file, int flags) { return open_regular(file, flags); }

}  // namespace espalier::os
