#include "espalier/train/numeric_form.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <fstream>
#include <limits>

namespace espalier::train {

namespace {

std::string cpu_model() {
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    if (!line.starts_with("model name")) continue;
    const auto colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown model";
}

/// Activations are taken and given back in every step: kept by the process, they need no new pages each time (a fifth
/// of a small network's step, bench/README.md).
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
  context.setDeterministicFillUninitializedMemory(false);  // we read nothing unwritten, and filling costs time
}

bool has_bf16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") > 0;
#else
  return false;
#endif
}

void apply(const task::NumericForm& form) { at::set_num_threads(std::max(1, form.threads)); }

std::string describe(const task::NumericForm& form) {
  static const std::string model = cpu_model();
  return "cpu: " + model + ", " + std::to_string(form.threads) + (form.threads == 1 ? " thread" : " threads") +
         ", libtorch " + TORCH_VERSION;
}

}  // namespace espalier::train
