// Switches LibTorch to deterministic kernels, sets threads and malloc's thresholds, and describes device and build.
#include "espalier/train/numeric_form.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <limits>

#include "espalier/device/device.hpp"

namespace espalier::train {

namespace {

/// Keeps freed memory in the process: activations are allocated and freed in every step, and new pages cost a fifth of
/// a small network's step (bench/README.md).
void keep_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

}  // namespace

void start_deterministic() {
  keep_memory();
  at::set_num_interop_threads(1);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicFillUninitializedMemory(false);  // we read no uninitialised memory, and filling costs time
}

void apply(const task::NumericForm& form) { at::set_num_threads(std::max(1, form.threads)); }

std::string describe(const task::NumericForm& form, at::Device device) {
  const std::string threads = std::to_string(form.threads) + (form.threads == 1 ? " thread" : " threads");
  return device::describe(device) + (device.is_cpu() ? ", " + threads : "") + ", libtorch " + TORCH_VERSION;
}

}  // namespace espalier::train
