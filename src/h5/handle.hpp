#pragma once
// A move-only owner for HDF5 handles of every kind, and one check for every call.
#include <hdf5.h>

#include <utility>

#include "espalier/os/handle.hpp"

namespace espalier::h5 {

/// Throws EnvironmentError naming the call and HDF5's reason if `result` is negative, else returns it.
hid_t check(hid_t result, const char* call);

class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    if (this != &other) {
      reset();
      id_ = std::exchange(other.id_, -1);
      close_ = other.close_;
    }
    return *this;
  }
  ~Handle() { reset(); }
  hid_t id() const { return id_; }

 private:
  void reset() noexcept {
    if (id_ >= 0) close_(std::exchange(id_, -1));
  }
  hid_t id_ = -1;
  Close close_ = nullptr;
};
static_assert(os::is_handle<Handle>);

}  // namespace espalier::h5

/// A handle from a checked call: ESPALIER_H5(H5Fclose, H5Fopen, file, H5F_ACC_RDONLY, H5P_DEFAULT).
#define ESPALIER_H5(close, call, ...) ::espalier::h5::Handle(::espalier::h5::check(call(__VA_ARGS__), #call), close)
