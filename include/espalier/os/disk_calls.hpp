#pragma once
// The seam through which durable files are changed: tests replace the calls to fail, tear or kill at the Nth one.
#include <sys/file.h>
#include <sys/types.h>

#include <cstddef>
#include <filesystem>

#include "espalier/core/hash.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::os {

struct DiskCalls {
  ssize_t (*write)(int descriptor, const void* bytes, std::size_t count);
  int (*fdatasync)(int descriptor);
  int (*fsync)(int descriptor);
  int (*rename)(const char* from, const char* to);
  int (*flock)(int descriptor, int operation) = ::flock;
};

/// The calls in use: the system's, unless a test put others here.
DiskCalls& disk_calls();

// All of these throw EnvironmentError with the file and the system's reason.
void write_all(int descriptor, Bytes bytes, const std::filesystem::path& file);
void sync_data(int descriptor, const std::filesystem::path& file);
void sync_folder(const std::filesystem::path& folder);
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
Descriptor open_file(const std::filesystem::path& file, int flags);  ///< as open_regular() (regular_file.hpp)

/// The EnvironmentError of a failed call, from errno.
[[noreturn]] void disk_failed(const char* what, const std::filesystem::path& file);

}  // namespace espalier::os
