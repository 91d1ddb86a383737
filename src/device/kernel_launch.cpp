// Wraps our kernels for CUDA, compiles them by NVRTC once per process, and launches them.
#include "device/kernel_launch.hpp"

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

#ifdef ESPALIER_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAException.h>
#include <cuda_runtime.h>
#include <nvrtc.h>

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "device/kernel_text.hpp"
#include "espalier/os/handle.hpp"

namespace espalier::device {

namespace {

constexpr const char* kEntries = R"(
extern "C" __global__ void run_gather(Gather arguments, long long count) {
  const long long stride = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) gather(arguments, i);
}
extern "C" __global__ void run_mask(Masks arguments, long long count) {
  const long long stride = (long long)gridDim.x * blockDim.x;
  for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride) mask(arguments, i);
}
)";

void check(nvrtcResult result, const std::string& log) {
  if (result == NVRTC_SUCCESS) return;
  throw EnvironmentError(std::string("NVRTC: ") + nvrtcGetErrorString(result), log, "Is the CUDA installation whole?");
}

/// Owns one NVRTC program: gone also where a check throws.
class Program {
 public:
  explicit Program(const std::string& text) {
    check(nvrtcCreateProgram(&program_, text.c_str(), "espalier.cu", 0, nullptr, nullptr), "");
  }
  Program(Program&& other) noexcept : program_(std::exchange(other.program_, nullptr)) {}
  Program& operator=(Program&& other) noexcept {
    if (this != &other) {
      destroy();
      program_ = std::exchange(other.program_, nullptr);
    }
    return *this;
  }
  ~Program() { destroy(); }
  nvrtcProgram get() const { return program_; }

 private:
  void destroy() noexcept {
    if (program_) nvrtcDestroyProgram(&program_);
    program_ = nullptr;
  }

  nvrtcProgram program_ = nullptr;
};
static_assert(os::is_handle<Program>);

}  // namespace

/// --fmad=false: products and sums are rounded separately, as on a CPU.
std::string compile_kernels(int capability) {
  std::string text = kernel::kText;
  text += kEntries;
  const Program program(text);
  const std::string architecture = "--gpu-architecture=sm_" + std::to_string(capability);
  const char* options[] = {architecture.c_str(), "-DESPALIER_DEVICE=__device__", "--fmad=false", "--std=c++17"};
  const nvrtcResult result = nvrtcCompileProgram(program.get(), std::size(options), options);
  std::size_t size = 0;
  nvrtcGetProgramLogSize(program.get(), &size);
  std::string log(size, '\0');
  nvrtcGetProgramLog(program.get(), log.data());
  check(result, log);
  check(nvrtcGetCUBINSize(program.get(), &size), log);
  std::string code(size, '\0');
  check(nvrtcGetCUBIN(program.get(), code.data()), log);
  return code;
}

namespace {

/// Compiled at first use, once per process, since a process has one device.
cudaKernel_t kernel_of(const std::string& name) {
  static std::mutex mutex;
  static cudaLibrary_t library = nullptr;
  static std::map<std::string, cudaKernel_t> kernels;
  const std::lock_guard lock(mutex);
  if (!library) {
    const auto* properties = at::cuda::getCurrentDeviceProperties();
    const std::string code = compile_kernels(10 * properties->major + properties->minor);
    C10_CUDA_CHECK(cudaLibraryLoadData(&library, code.data(), nullptr, nullptr, 0, nullptr, nullptr, 0));
  }
  auto [known, is_new] = kernels.try_emplace(name, nullptr);
  if (is_new) C10_CUDA_CHECK(cudaLibraryGetKernel(&known->second, library, ("run_" + name).c_str()));
  return known->second;
}

}  // namespace

void launch(const char* name, void* arguments, std::int64_t count, at::Device device) {
  constexpr std::int64_t kThreads = 256, kMostBlocks = 4096;
  if (count == 0) return;
  auto elements = static_cast<long long>(count);
  void* all[] = {arguments, &elements};
  const auto blocks = static_cast<unsigned>(std::min(kMostBlocks, (count + kThreads - 1) / kThreads));
  C10_CUDA_CHECK(cudaLaunchKernel(reinterpret_cast<const void*>(kernel_of(name)), dim3(blocks), dim3(kThreads), all, 0,
                                  at::cuda::getCurrentCUDAStream(device.index())));
}

}  // namespace espalier::device
#else
namespace espalier::device {

void launch(const char*, void*, std::int64_t, at::Device device) { ESPALIER_EXPECT(device.is_cpu()); }

}  // namespace espalier::device
#endif
