#pragma once
// A file that is either not there or whole: written beside, synced, renamed, the folder synced.
#include <filesystem>
#include <span>

#include "espalier/core/hash.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::os {

/// The new content of `file`, in "<file>.<process>-<count>.tmp" beside it until commit(). Uncommitted it is removed
/// with its owner; a kill may leave one behind. All members throw EnvironmentError with the file and the system's
/// reason.
class DurableFile {
 public:
  explicit DurableFile(std::filesystem::path file);
  DurableFile(DurableFile&& other) noexcept;
  DurableFile& operator=(DurableFile&& other) noexcept;
  ~DurableFile();

  /// Locks the file beside (flock), so that whoever removes what dead writers left can tell that this one lives.
  void lock();
  void write(Bytes bytes);
  /// Puts it in place. Where two processes write one file, the last commit stays.
  void commit();

 private:
  void discard() noexcept;

  std::filesystem::path file_, beside_;
  Descriptor opened_;
};
static_assert(is_handle<DurableFile>);

/// Writes the parts one after the other.
void write_file_durably(const std::filesystem::path& file, std::span<const Bytes> parts);
inline void write_file_durably(const std::filesystem::path& file, Bytes bytes) {
  write_file_durably(file, std::span<const Bytes>(&bytes, 1));
}

/// Renames a file that is synced; where `to` is on another file system, writes it there durably and removes `from`.
void move_file_durably(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace espalier::os
