#pragma once
// All-reduce sums over the GPUs of a group, on a separate stream beside the other work of each device.
#include <ATen/ATen.h>

#include <array>
#include <functional>
#include <memory>

namespace espalier::device {

class Collectives {
 public:
  virtual ~Collectives() = default;
  /// Sums `buffer` in place over all ranks, after the work that the device was given before. Every rank must make the
  /// same calls in the same order. Returns without waiting.
  virtual void all_reduce(const at::Tensor& buffer) = 0;
  /// Makes work that the device is given from now on wait for the sums that were begun.
  virtual void join() = 0;
  /// Whether all sums that were begun are done. Throws EnvironmentError where one cannot finish because a rank is gone.
  virtual bool is_done() = 0;
  /// Ends the communicator in order. All ranks must call it; it returns when no other rank needs this one any more.
  virtual void close() = 0;
  /// Abandons the sums that were begun. No other member may be called afterwards.
  virtual void abort() = 0;
};

/// Identifies a communicator. One rank makes it and tells the others.
using UniqueId = std::array<char, 128>;
UniqueId new_unique_id();

/// Joins an NCCL communicator. It waits for the other ranks here, in close(), and in the first sums, and meanwhile
/// calls `waiting` repeatedly, which may throw to give up. Throws EnvironmentError where NCCL fails, UsageError in a
/// build without CUDA.
std::unique_ptr<Collectives> join_nccl(const UniqueId& id, int rank, int size, at::Device device,
                                       std::function<void()> waiting);

/// For example "2.28.9"; empty in a build without CUDA.
std::string nccl_version();

}  // namespace espalier::device
