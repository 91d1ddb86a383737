// Writes a file beside the one it replaces, syncs it and puts it in place.
#include "espalier/os/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/file_lock.hpp"
#include "espalier/os/mapped_file.hpp"

namespace espalier::os {

namespace {

/// Unique in its folder: the process and a count within it.
std::filesystem::path name_beside(const std::filesystem::path& file) {
  static std::atomic<unsigned> count{0};
  return file.string() + "." + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".tmp";
}

}  // namespace

DurableFile::DurableFile(std::filesystem::path file)
    : file_(std::move(file)), beside_(name_beside(file_)), opened_(open_file(beside_, O_WRONLY | O_CREAT | O_TRUNC)) {}

DurableFile::DurableFile(DurableFile&& other) noexcept = default;

DurableFile& DurableFile::operator=(DurableFile&& other) noexcept {
  if (this != &other) {
    discard();
    file_ = std::move(other.file_);
    beside_ = std::move(other.beside_);
    opened_ = std::move(other.opened_);
  }
  return *this;
}

DurableFile::~DurableFile() { discard(); }

void DurableFile::lock() {
  if (try_lock(opened_, LockMode::exclusive, beside_) != FileLock::held) return;
  throw EnvironmentError("cannot lock '" + beside_.string() + "'", "another process holds it",
                         "Try again when it has ended.");
}

void DurableFile::write(Bytes bytes) { write_all(opened_.get(), bytes, beside_); }

void DurableFile::commit() {
  sync_data(opened_.get(), beside_);
  rename_file(beside_, file_);
  opened_.close();  // from here on nothing is left to discard
  sync_folder(file_.has_parent_path() ? file_.parent_path() : std::filesystem::path("."));
}

void DurableFile::discard() noexcept {
  if (opened_) ::unlink(beside_.c_str());
  opened_.close();
}

void write_file_durably(const std::filesystem::path& file, std::span<const Bytes> parts) {
  DurableFile writing(file);
  for (const Bytes part : parts) writing.write(part);
  writing.commit();
}

void move_file_durably(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (disk_calls().rename(from.c_str(), to.c_str()) == 0) return;
  if (errno != EXDEV) disk_failed("rename", from);
  write_file_durably(to, MappedFile(from).bytes());
  std::filesystem::remove(from);
}

}  // namespace espalier::os
