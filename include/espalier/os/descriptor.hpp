#pragma once
// The one owner of a file descriptor.
#include <unistd.h>

#include <utility>

#include "espalier/os/handle.hpp"

namespace espalier::os {

/// Owns one file descriptor; -1 is none. Assignment closes its own first.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      close();
      number_ = other.release();
    }
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }
  /// Gives up ownership without closing.
  int release() noexcept { return std::exchange(number_, -1); }
  void close() noexcept {
    if (number_ >= 0) ::close(release());
  }

 private:
  int number_ = -1;
};
static_assert(is_handle<Descriptor>);

}  // namespace espalier::os
