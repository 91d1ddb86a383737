#pragma once
// Maps one file read-only; the mapping lives as long as its owner.
#include <filesystem>
#include <memory>

#include "espalier/core/hash.hpp"

namespace espalier::data {

class FileMapping {
 public:
  /// Throws UsageError where the file is not there, no regular file or not readable.
  static std::shared_ptr<const FileMapping> open(const std::filesystem::path& file);
  FileMapping(void* address, std::size_t size) : address_(address), size_(size) {}
  ~FileMapping();
  FileMapping(const FileMapping&) = delete;
  FileMapping& operator=(const FileMapping&) = delete;

  Bytes bytes() const { return {static_cast<const std::byte*>(address_), size_}; }

 private:
  void* address_;
  std::size_t size_;
};

}  // namespace espalier::data
