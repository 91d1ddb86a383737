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
  /// Adds up in place over all ranks, once what the device was given before is done. Every rank makes the same calls in
  /// the same order. Does not wait.
  virtual void all_reduce(const at::Tensor& buffer) = 0;
  /// What the device is given from now on waits for the sums that were begun.
  virtual void join() = 0;
  /// Whether the sums that were begun are done. Throws EnvironmentError where one cannot be: another rank is gone.
  virtual bool is_done() = 0;
  /// The good end: all ranks come here, and nothing that others still need is torn down before.
  virtual void close() = 0;
  /// Gives up what was begun. Nothing else may be called afterwards.
  virtual void abort() = 0;
};

/// What the ranks of one communicator have in common. Made by one of them, told to the others.
using UniqueId = std::array<char, 128>;
UniqueId new_unique_id();

/// NCCL. Waits for the other ranks here, in close() and, where ranks are not connected yet, in sums; `waiting` is
/// called meanwhile, again and again, and may throw to give up. Throws EnvironmentError where NCCL refuses, UsageError
/// in a build without CUDA.
std::unique_ptr<Collectives> join_nccl(const UniqueId& id, int rank, int size, at::Device device,
                                       std::function<void()> waiting);

/// "2.28.9"; empty in a build without CUDA.
std::string nccl_version();

}  // namespace espalier::device
