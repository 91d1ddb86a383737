// Gives LibTorch's new tensors NaN until they are written: a test that reads memory nobody wrote fails each time, not
// by chance.
#include <ATen/Context.h>

namespace {

const bool nan_memory = [] {
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);  // the fill is part of this mode
  at::globalContext().setDeterministicFillUninitializedMemory(true);
  return true;
}();

}  // namespace
