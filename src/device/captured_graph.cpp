// Records work as a CUDA graph after two warm-up runs and replays it; on a CPU it calls the work each time.
#include "espalier/device/captured_graph.hpp"

#include "espalier/core/checks.hpp"

#ifdef ESPALIER_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace espalier::device {

namespace {

class UncapturedWork : public CapturedGraph {
 public:
  explicit UncapturedWork(std::function<void()> work) : work_(std::move(work)) {}
  void run() override { work_(); }

 private:
  std::function<void()> work_;
};

#ifdef ESPALIER_CUDA

/// Runs before recording: libraries choose algorithms and allocate memory in them, which must not be recorded.
constexpr int kWarmUps = 2;

class ReplayedGraph : public CapturedGraph {
 public:
  explicit ReplayedGraph(std::function<void()> work) : work_(std::move(work)) {}

  void run() override {
    if (runs_ < kWarmUps) {
      ++runs_;
      return work_();
    }
    if (runs_ == kWarmUps) capture();
    graph_->replay();
  }

 private:
  /// Records the work without executing it.
  void capture() {
    // One memory pool for all graphs: they run one at a time, and none keeps values in it for the next.
    static const auto pool = at::cuda::graph_pool_handle();
    c10::cuda::CUDACachingAllocator::emptyCache();  // recording cannot use memory that the warm-up runs cached
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    graph_->capture_begin(pool);
    try {
      work_();
    } catch (...) {
      // Not destroyed: the allocator still refers to the graph, and ending a broken recording throws.
      static_cast<void>(graph_.release());
      throw;
    }
    graph_->capture_end();
    ++runs_;
  }

  std::function<void()> work_;
  int runs_ = 0;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

#endif

}  // namespace

std::unique_ptr<CapturedGraph> capture_graph(at::Device device, std::function<void()> work,
                                             [[maybe_unused]] bool eager) {
#ifdef ESPALIER_CUDA
  if (device.is_cuda() && !eager) return std::make_unique<ReplayedGraph>(std::move(work));
#else
  ESPALIER_EXPECT(device.is_cpu());
#endif
  return std::make_unique<UncapturedWork>(std::move(work));
}

}  // namespace espalier::device
