#include "espalier/train/numeric_form.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <fstream>

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

}  // namespace

void start_deterministic() {
  at::set_num_interop_threads(1);
  auto& context = at::globalContext();
  context.setDeterministicAlgorithms(true, /*warn_only=*/false);
  context.setDeterministicFillUninitializedMemory(false);  // we read nothing unwritten, and filling costs time
}

void apply(const task::NumericForm& form) { at::set_num_threads(std::max(1, form.threads)); }

std::string describe(const task::NumericForm& form) {
  static const std::string model = cpu_model();
  return "cpu: " + model + ", " + std::to_string(form.threads) + (form.threads == 1 ? " thread" : " threads") +
         ", libtorch " + TORCH_VERSION;
}

}  // namespace espalier::train
