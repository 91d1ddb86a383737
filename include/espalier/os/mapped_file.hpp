#pragma once
// A file mapped read-only. The descriptor is closed at once; the mapping lives as long as its owner.
#include <filesystem>
#include <string_view>

#include "espalier/core/hash.hpp"
#include "espalier/os/handle.hpp"

namespace espalier::os {

/// Who named a file, and so which error it is when it cannot be read: UsageError for the user's, else EnvironmentError.
/// Where the machine is at fault (core/culprit.hpp) it is an EnvironmentError whoever named the file.
enum class NamedBy { program, user };

class MappedFile {
 public:
  MappedFile() = default;
  /// Throws where the file is not there, no regular file or not readable.
  explicit MappedFile(const std::filesystem::path& file, NamedBy named_by = NamedBy::program);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  /// Empty for an empty file. Valid as long as a mapping moved from this one lives.
  Bytes bytes() const { return {static_cast<const std::byte*>(address_), size_}; }
  std::string_view text() const { return {static_cast<const char*>(address_), size_}; }

 private:
  void unmap() noexcept;

  void* address_ = nullptr;
  std::size_t size_ = 0;
};
static_assert(is_handle<MappedFile>);

}  // namespace espalier::os
