// Checks the results of HDF5 calls and fetches the library's reason for a failure.
#include "h5/handle.hpp"

#include <string>

#include "espalier/core/errors.hpp"

namespace espalier::h5 {

namespace {

/// The innermost entry of HDF5's error stack, which names the actual cause.
std::string library_text() {
  std::string text;
  const auto take = [](unsigned, const H5E_error2_t* entry, void* out) -> herr_t {
    std::string& kept = *static_cast<std::string*>(out);
    if (kept.empty() && entry->desc) kept = entry->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, +take, &text);
  return text.empty() ? "no reason given" : text;
}

}  // namespace

hid_t check(hid_t result, const char* call) {
  if (result >= 0) return result;
  const std::string why = library_text();
  throw EnvironmentError(std::string("HDF5 failed in ") + call, why, "");
}

}  // namespace espalier::h5
