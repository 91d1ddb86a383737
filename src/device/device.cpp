// Chooses and sets up a CPU or GPU, and asks for its name, identity and free memory.
#include "espalier/device/device.hpp"

#include <ATen/Context.h>
#include <c10/util/Exception.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string_view>

#include "espalier/core/errors.hpp"

#ifdef ESPALIER_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace espalier::device {

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

at::Device choose(const std::string& name, int slot) {
  if (name != "auto" && name != "cpu" && name != "cuda") {
    throw UsageError("there is no device '" + name + "'", "it says where trainers compute", "Write auto, cpu or cuda.");
  }
  const int count = name == "cpu" ? 0 : gpus();
  if (count > 0) return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(slot % count));
  if (name == "cuda") {
#ifdef ESPALIER_CUDA
    throw EnvironmentError("there is no GPU here", "the driver shows none to this process", "Use auto or cpu.");
#else
    throw EnvironmentError("this trainer cannot use a GPU", "it was built without CUDA",
                           "Build it with -DESPALIER_CUDA=ON, or use auto or cpu.");
#endif
  }
  return at::Device(at::kCPU);
}

#ifdef ESPALIER_CUDA

int gpus() { return c10::cuda::device_count(); }

void start(at::Device device) {
  if (!device.is_cuda()) return;
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);  // required for deterministic matrix products
  at::globalContext().lazyInitDevice(at::kCUDA);
  c10::cuda::set_device(device.index());
  at::cuda::setCurrentCUDAStream(at::cuda::getStreamFromPool(false, device.index()));  // the default cannot be recorded
  auto& context = at::globalContext();
  context.setDeterministicCuDNN(true);
  context.setBenchmarkCuDNN(false);
  allow_tf32(device, false);
}

void allow_tf32(at::Device device, bool allowed) {
  if (!device.is_cuda()) return;
  at::globalContext().setAllowTF32CuBLAS(allowed);
  at::globalContext().setAllowTF32CuDNN(allowed);
}

namespace {
const cudaDeviceProp& properties(at::Device device) { return *at::cuda::getDeviceProperties(device.index()); }
}  // namespace

std::uint64_t identity(at::Device device) {
  if (!device.is_cuda()) return 0;
  std::uint64_t hash = 0xCBF29CE484222325ULL;  // FNV-1a
  for (const char byte : properties(device).uuid.bytes) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3ULL;
  }
  return hash | (1ULL << 63);
}

void synchronise(at::Device device) {
  if (device.is_cuda()) at::cuda::getCurrentCUDAStream(device.index()).synchronize();
}

std::int64_t free_on(at::Device device) {
  std::size_t free = 0, total = 0;
  C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
  const auto kept = c10::cuda::CUDACachingAllocator::getDeviceStats(device.index());
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return static_cast<std::int64_t>(free) + kept.reserved_bytes[kAll].current - kept.allocated_bytes[kAll].current;
}

void release_cached(at::Device device) {
  if (device.is_cuda()) c10::cuda::CUDACachingAllocator::emptyCache();
}

struct StreamThrottle::Events {
  at::cuda::CUDAEvent events[2];
  std::size_t next = 0;
};

StreamThrottle::StreamThrottle(at::Device device) : events_(device.is_cuda() ? std::make_unique<Events>() : nullptr) {}

void StreamThrottle::step() {
  if (!events_) return;
  auto& event = events_->events[events_->next];
  events_->next = 1 - events_->next;
  if (event.isCreated()) event.synchronize();
  event.record();
}

#else

int gpus() { return 0; }
std::uint64_t identity(at::Device) { return 0; }
void start(at::Device) {}
void allow_tf32(at::Device, bool) {}
void synchronise(at::Device) {}
void release_cached(at::Device) {}
struct StreamThrottle::Events {};
StreamThrottle::StreamThrottle(at::Device) {}
void StreamThrottle::step() {}

#endif

StreamThrottle::~StreamThrottle() = default;

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
  const std::string_view text = error.what();  // the texts of graph instantiation, cuBLAS and cuDNN differ
  return text.find("CUDA error: out of memory") != text.npos || text.find("_ALLOC_FAILED") != text.npos;
}

std::string sizes_in(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  const auto end = text.find(" is free.");
  return end == text.npos ? text.substr(0, text.find('\n')) : text.substr(0, end + std::string_view(" is free").size());
}

bool has_bf16(at::Device device) {
#ifdef ESPALIER_CUDA
  if (device.is_cuda()) return properties(device).major >= 8;
#endif
#if defined(__x86_64__)
  return device.is_cpu() && __builtin_cpu_supports("avx512bf16") > 0;
#else
  return false;
#endif
}

std::int64_t free_bytes(at::Device device) {
#ifdef ESPALIER_CUDA
  if (device.is_cuda()) return free_on(device);
#endif
  (void)device;
  return std::int64_t{::sysconf(_SC_AVPHYS_PAGES)} * ::sysconf(_SC_PAGESIZE);
}

std::string describe(at::Device device) {
#ifdef ESPALIER_CUDA
  if (device.is_cuda()) {
    return std::string("cuda: ") + properties(device).name + ", CUDA " + std::to_string(CUDART_VERSION / 1000) + "." +
           std::to_string(CUDART_VERSION % 1000 / 10);
  }
#endif
  static const std::string model = cpu_model();
  return (device.is_cpu() ? "cpu: " : "") + model;
}

}  // namespace espalier::device
