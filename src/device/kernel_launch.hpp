#pragma once
// Compiles the kernels of kernel_text.hpp by NVRTC and launches one on a GPU.
#include <ATen/ATen.h>

#include <cstdint>
#include <string>

namespace espalier::device {

/// Gives the device's current stream the kernel `name` over `count` elements. `arguments`: its struct.
void launch(const char* name, void* arguments, std::int64_t count, at::Device device);

/// Machine code of all kernels for devices of that compute capability (90: Hopper). Needs no device, but a build for
/// CUDA. Throws EnvironmentError with NVRTC's words.
std::string compile_kernels(int capability);

}  // namespace espalier::device
