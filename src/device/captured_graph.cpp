// Records work as a CUDA graph after two warm-up runs and replays it; on a CPU it calls the work each time.
#include "espalier/device/captured_graph.hpp"

#include "espalier/core/checks.hpp"

#ifdef ESPALIER_CUDA
#include <ATen/core/CachingHostAllocator.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
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

/// The memory that all living recordings share: they run one at a time, and none keeps values in it for the next. It
/// ends with the last of them, and LibTorch refuses its id from then on.
std::shared_ptr<const at::cuda::MempoolId_t> shared_pool() {
  static std::weak_ptr<const at::cuda::MempoolId_t> living;  // recordings are made by the thread that trains
  auto pool = living.lock();
  if (!pool) living = pool = std::make_shared<const at::cuda::MempoolId_t>(at::cuda::graph_pool_handle());
  return pool;
}

/// A step of cleaning up after another error, which is the one to be told.
template <class Step>
void attempt(const Step& step) noexcept {
  try {
    step();
  } catch (const c10::Error&) {
  }
}

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
    c10::cuda::CUDACachingAllocator::emptyCache();  // recording cannot use memory that the warm-up runs cached
    pool_ = shared_pool();
    graph_ = std::make_unique<at::cuda::CUDAGraph>();
    graph_->capture_begin(*pool_);
    try {
      work_();
      graph_->capture_end();
    } catch (...) {
      give_up();
      throw;
    }
    ++runs_;
  }

  /// Ends a recording that failed, so that others can be made: capture_end() leaves the allocators recording when CUDA
  /// itself refuses, and only a recording that has ended gives its pool back.
  void give_up() noexcept {
    const auto device = c10::cuda::current_device();
    auto* host = at::getHostAllocator(at::kCUDA);
    attempt([&] { graph_->capture_end(); });
    bool has_ended = true;
    try {
      graph_->pool();
    } catch (const c10::Error&) {
      has_ended = false;
    }
    if (!has_ended) {
      attempt([&] { c10::cuda::CUDACachingAllocator::endAllocateToPool(device, *pool_); });
      attempt([&] { host->end_allocate_to_pool(*pool_); });
      attempt([&] { c10::cuda::CUDACachingAllocator::releasePool(device, *pool_); });
      attempt([&] { host->release_pool(*pool_); });
    }
    graph_.reset();
    pool_.reset();
  }

  std::function<void()> work_;
  int runs_ = 0;
  std::shared_ptr<const at::cuda::MempoolId_t> pool_;  ///< held as long as the recording
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
