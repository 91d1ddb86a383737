#pragma once
// Work repeated on the same memory: recorded once as a CUDA graph, then replayed as a whole.
#include <ATen/ATen.h>

#include <functional>
#include <memory>

namespace espalier::device {

class CapturedGraph {
 public:
  virtual ~CapturedGraph() = default;
  /// Does the work. It is called as it is the first times, then replayed from its recording: values that it read from
  /// host memory stay as recorded, so everything that changes must be in device memory.
  virtual void run() = 0;
};

/// `work` must not wait for the device. It is called each time on a CPU, and on a GPU where `eager` is set.
std::unique_ptr<CapturedGraph> capture_graph(at::Device device, std::function<void()> work, bool eager = false);

}  // namespace espalier::device
