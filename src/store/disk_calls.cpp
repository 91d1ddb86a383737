// Writes, syncs, renames and opens files through the replaceable calls, with errors that name the file.
#include "store/disk_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::store {

DiskCalls& disk_calls() {
  static DiskCalls calls{::write, ::fdatasync, ::fsync, ::rename};
  return calls;
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = other.release();
  }
  return *this;
}

int Descriptor::release() noexcept { return std::exchange(number_, -1); }

void Descriptor::close() noexcept {
  if (is_open()) ::close(release());
}

void disk_failed(const char* what, const std::filesystem::path& file) {
  const int number = errno;
  const char* suggestion = number == ENOSPC || number == EDQUOT ? "Make room on the disk; the same command goes on."
                                                                : "Check the disk and its permissions.";
  throw EnvironmentError("cannot " + std::string(what) + " '" + file.string() + "'", std::strerror(number), suggestion);
}

void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written = disk_calls().write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) disk_failed("write", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync_data(int descriptor, const std::filesystem::path& file) {
  if (disk_calls().fdatasync(descriptor) != 0) disk_failed("sync", file);
}

void sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (disk_calls().fsync(opened.number()) != 0) disk_failed("sync", folder);
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (disk_calls().rename(from.c_str(), to.c_str()) != 0) disk_failed("rename", from);
}

Descriptor open_file(const std::filesystem::path& file, int flags) {
  Descriptor opened(::open(file.c_str(), flags | O_CLOEXEC, 0666));
  if (!opened.is_open()) disk_failed("open", file);
  return opened;
}

}  // namespace espalier::store
