#pragma once
// Chooses and describes the device a training computes on, a CPU or one GPU. Only this room calls CUDA.
#include <ATen/ATen.h>

#include <cstdint>
#include <memory>
#include <string>

namespace espalier::device {

/// GPUs that this process may use; 0 in a build without CUDA.
int gpus();

/// "cpu", "cuda", or "auto": a GPU where there is one. Worker `slot` of a machine takes GPU slot % gpus().
/// Throws EnvironmentError where "cuda" cannot be had, UsageError for another word.
at::Device choose(const std::string& wish, int slot);

/// Once for a thread that computes there, before its first tensor: deterministic kernels, a stream of its own.
void start(at::Device device);

/// tf32 in matrix products and convolutions of float32; nothing on a processor.
void allow_tf32(at::Device device, bool allowed);
/// Whether it computes in bfloat16 by itself.
bool has_bf16(at::Device device);

/// "cpu: <model>", "cuda: NVIDIA H200, CUDA 13.0".
std::string describe(at::Device device);

/// Tells one GPU from another, wherever they are; never 0. 0 for a processor.
std::uint64_t identity(at::Device device);

/// Waits until all that the device was given is done. Throws c10::Error with what went wrong there: the process can
/// use the device no more.
void synchronise(at::Device device);

/// Memory of a GPU that is free, or kept for reuse; the machine's for a processor.
std::int64_t free_bytes(at::Device device);
/// Whether `error` says that a device's memory did not suffice: less at once may do.
bool is_out_of_memory(const std::exception& error);
/// Gives back what is kept for reuse.
void release_cached(at::Device device);

/// Keeps a thread from running far ahead of a device, so that what it says of its progress is true.
class Pace {
 public:
  explicit Pace(at::Device device);
  ~Pace();
  /// After each piece of work: waits until the piece before last is done.
  void step();

 private:
  struct Events;
  std::unique_ptr<Events> events_;  ///< null: the device is the processor
};

}  // namespace espalier::device
