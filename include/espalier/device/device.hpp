#pragma once
// Chooses and describes the device a training computes on, a CPU or one GPU. Only this room calls CUDA.
#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <cstdint>
#include <memory>
#include <string>

namespace espalier::device {

/// Number of GPUs that this process may use; 0 in a build without CUDA.
int gpus();

/// `name` is "cpu", "cuda", or "auto" (a GPU where there is one). Worker `slot` of a machine gets GPU slot % gpus().
/// Throws EnvironmentError where "cuda" is asked for and there is none, UsageError for another word.
at::Device choose(const std::string& name, int slot);

/// Sets up deterministic kernels and a stream of its own. Call once per thread that uses the device, before its first
/// tensor.
void start(at::Device device);

/// Allows tf32 in matrix products and convolutions of float32; no effect on a CPU.
void allow_tf32(at::Device device, bool allowed);
/// Whether the device has bfloat16 arithmetic.
bool has_bf16(at::Device device);

/// For example "cpu: <model>" or "cuda: NVIDIA H200, CUDA 13.0".
std::string describe(at::Device device);

/// A number that tells GPUs apart, across machines too; never 0 for a GPU, 0 for a CPU.
std::uint64_t identity(at::Device device);

/// Waits until the device has done all it was given. Throws c10::Error where that failed; the process cannot use the
/// device any more then.
void synchronise(at::Device device);

/// Bytes of GPU memory that are free or kept for reuse; for a CPU, the machine's free memory.
std::int64_t free_bytes(at::Device device);
/// Whether `error` says that the device's memory did not suffice, so that a smaller piece of work may succeed.
bool is_out_of_memory(const std::exception& error);
/// What such an error says of sizes, without the advice behind it, which is for who writes programs.
std::string sizes_in(const c10::Error& error);
/// Returns memory that the allocator keeps for reuse to the device.
void release_cached(at::Device device);

/// Keeps the host from running far ahead of the device, so that the progress it reports is true.
class StreamThrottle {
 public:
  explicit StreamThrottle(at::Device device);
  ~StreamThrottle();
  /// Call after each piece of work: waits until the piece before the last is done.
  void step();

 private:
  struct Events;
  std::unique_ptr<Events> events_;  ///< null on a CPU
};

}  // namespace espalier::device
