// Maps the dtype names of safetensors files to LibTorch's scalar types and back.
#include <array>
#include <stdexcept>

#include "data/safetensors/safetensors_header.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

struct Name {
  const char* text;
  at::ScalarType dtype;
};

constexpr std::array<Name, 10> kNames{{{"F32", at::kFloat},
                                       {"F64", at::kDouble},
                                       {"F16", at::kHalf},
                                       {"BF16", at::kBFloat16},
                                       {"I64", at::kLong},
                                       {"I32", at::kInt},
                                       {"I16", at::kShort},
                                       {"I8", at::kChar},
                                       {"U8", at::kByte},
                                       {"BOOL", at::kBool}}};

}  // namespace

std::string dtype_name(at::ScalarType dtype) {
  for (const auto& name : kNames) {
    if (name.dtype == dtype) return name.text;
  }
  throw UsageError(std::string("cannot write a tensor of type ") + c10::toString(dtype),
                   "safetensors files here hold no such type", "Convert it first.");
}

at::ScalarType dtype_named(const std::string& text) {
  for (const auto& name : kNames) {
    if (text == name.text) return name.dtype;
  }
  throw std::out_of_range(text);
}

}  // namespace espalier::data
