#pragma once
// Anonymous memory that two processes map; it vanishes with the last of them.
#include <sys/types.h>

#include <cstddef>

#include "espalier/os/descriptor.hpp"

namespace espalier::process {

class SharedMemory {
 public:
  SharedMemory() = default;
  /// Creates memory filled with zeros. Throws EnvironmentError.
  static SharedMemory create(std::size_t bytes);
  /// Maps the memory that another process of this user holds as `descriptor`. Throws EnvironmentError.
  static SharedMemory of(pid_t process, int descriptor, std::size_t bytes);
  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  int descriptor() const { return file_.get(); }
  std::size_t bytes() const { return bytes_; }
  void* data() const { return data_; }

 private:
  SharedMemory(os::Descriptor file, std::size_t bytes);
  void unmap() noexcept;

  os::Descriptor file_;
  std::size_t bytes_ = 0;
  void* data_ = nullptr;
};
static_assert(os::is_handle<SharedMemory>);

}  // namespace espalier::process
