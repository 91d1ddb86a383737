#pragma once
// The seam through which the store changes the disk: tests replace the calls to fail, tear or kill at the Nth one.
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <string_view>

namespace espalier::store {

struct DiskCalls {
  ssize_t (*write)(int descriptor, const void* bytes, std::size_t count);
  int (*fdatasync)(int descriptor);
  int (*fsync)(int descriptor);
  int (*rename)(const char* from, const char* to);
};

/// The calls in use: the system's, unless a test put others here.
DiskCalls& disk_calls();

/// An open file, or none. Closes what it owns.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { close(); }
  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  int release() noexcept;
  void close() noexcept;

 private:
  int number_ = -1;
};

// All of these throw EnvironmentError with the file and the system's reason.
void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& file);
void sync_data(int descriptor, const std::filesystem::path& file);
void sync_folder(const std::filesystem::path& folder);
void rename_file(const std::filesystem::path& from, const std::filesystem::path& to);
Descriptor open_file(const std::filesystem::path& file, int flags);

/// The EnvironmentError of a failed call, from errno.
[[noreturn]] void disk_failed(const char* what, const std::filesystem::path& file);

}  // namespace espalier::store
