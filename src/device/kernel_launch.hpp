#pragma once
// Compiles the kernels of kernel_text.hpp by NVRTC and launches one on a GPU.
#include <ATen/ATen.h>

#include <cstdint>
#include <string>

namespace espalier::device {

/// Launches kernel `name` over `count` elements on the device's current stream. `arguments` points to its struct.
void launch(const char* name, void* arguments, std::int64_t count, at::Device device);

/// Machine code of all kernels for a compute capability (90: Hopper). Needs a CUDA build, but no device. Throws
/// EnvironmentError with NVRTC's message.
std::string compile_kernels(int capability);

}  // namespace espalier::device
