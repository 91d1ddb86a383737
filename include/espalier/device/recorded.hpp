#pragma once
// Work repeated on the same memory: recorded once as a CUDA graph, then replayed as a whole.
#include <ATen/ATen.h>

#include <functional>
#include <memory>

namespace espalier::device {

class Recorded {
 public:
  virtual ~Recorded() = default;
  /// Does the work. The first times as it stands; from then on as it was recorded: whatever it takes from the host's
  /// memory keeps the value of that moment, so all that changes must lie on the device.
  virtual void run() = 0;
};

/// `work` must not wait for the device. On a processor it is called each time; on a GPU with `eager`, too.
std::unique_ptr<Recorded> record(at::Device device, std::function<void()> work, bool eager = false);

}  // namespace espalier::device
