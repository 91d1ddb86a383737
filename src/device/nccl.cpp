// Sums over GPUs by a non-blocking NCCL communicator on a stream of its own.
#include "espalier/core/errors.hpp"
#include "espalier/device/collectives.hpp"

#ifdef ESPALIER_CUDA
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAEvent.h>
#include <nccl.h>
#include <time.h>

#include <cstring>
#include <utility>

namespace espalier::device {

namespace {

void check(ncclResult_t result, const char* what) {
  if (result == ncclSuccess || result == ncclInProgress) return;
  throw EnvironmentError(std::string("NCCL cannot ") + what, ncclGetErrorString(result),
                         "NCCL_DEBUG=INFO in the environment makes it say more.");
}

ncclDataType_t type_of(const at::Tensor& buffer) {
  switch (buffer.scalar_type()) {
    case at::kFloat: return ncclFloat32;
    case at::kDouble: return ncclFloat64;
    case at::kBFloat16: return ncclBfloat16;
    default: throw UsageError("no sums over numbers of this type", c10::toString(buffer.scalar_type()), "");
  }
}

/// A non-blocking communicator with a stream of its own.
class Nccl : public Collectives {
 public:
  Nccl(const UniqueId& id, int rank, int size, at::Device device, std::function<void()> waiting)
      : device_(device),
        waiting_(std::move(waiting)),
        stream_(at::cuda::getStreamFromPool(/*isHighPriority=*/true, device.index())) {
    ncclUniqueId unique;
    static_assert(sizeof unique.internal == sizeof(UniqueId));
    std::memcpy(unique.internal, id.data(), id.size());
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    check(ncclCommInitRankConfig(&communicator_, size, unique, rank, &config), "start");
    try {
      settle("start");
    } catch (...) {
      abort();
      throw;
    }
  }
  ~Nccl() override { abort(); }

  void all_reduce(const at::Tensor& buffer) override {
    given_.record(at::cuda::getCurrentCUDAStream(device_.index()));
    given_.block(stream_);
    void* data = buffer.data_ptr();
    check(ncclAllReduce(data, data, static_cast<std::size_t>(buffer.numel()), type_of(buffer), ncclSum, communicator_,
                        stream_.stream()),
          "all-reduce");
    settle("all-reduce");  // the first sum connects the ranks
    done_.record(stream_);
  }
  void join() override {
    if (done_.isCreated()) done_.block(at::cuda::getCurrentCUDAStream(device_.index()));
  }
  bool is_done() override {
    ncclResult_t state = ncclSuccess;
    check(ncclCommGetAsyncError(communicator_, &state), "say how it is");
    check(state, "all-reduce");
    return !done_.isCreated() || done_.query();
  }
  void close() override {
    check(ncclCommFinalize(communicator_), "end");
    settle("end");
    check(ncclCommDestroy(std::exchange(communicator_, nullptr)), "end");
  }
  void abort() override {
    if (communicator_) ncclCommAbort(communicator_);
    communicator_ = nullptr;
  }

 private:
  /// Waits until the call before is done: calls of a non-blocking communicator return earlier.
  void settle(const char* what) {
    constexpr timespec kNap{0, 100'000};
    for (ncclResult_t state = ncclInProgress; state == ncclInProgress;) {
      check(ncclCommGetAsyncError(communicator_, &state), what);
      check(state, what);
      if (state != ncclInProgress) return;
      waiting_();
      nanosleep(&kNap, nullptr);
    }
  }

  at::Device device_;
  std::function<void()> waiting_;
  at::cuda::CUDAStream stream_;
  ncclComm_t communicator_ = nullptr;
  at::cuda::CUDAEvent given_, done_;
};

}  // namespace

UniqueId new_unique_id() {
  ncclUniqueId unique;
  check(ncclGetUniqueId(&unique), "make an id");
  UniqueId id;
  std::memcpy(id.data(), unique.internal, id.size());
  return id;
}

std::unique_ptr<Collectives> join_nccl(const UniqueId& id, int rank, int size, at::Device device,
                                       std::function<void()> waiting) {
  return std::make_unique<Nccl>(id, rank, size, device, std::move(waiting));
}

std::string nccl_version() {
  int version = 0;
  check(ncclGetVersion(&version), "say its version");
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

}  // namespace espalier::device
#else
namespace espalier::device {

namespace {
[[noreturn]] void refuse() { throw UsageError("there is no NCCL", "this trainer was built without CUDA", ""); }
}  // namespace

UniqueId new_unique_id() { refuse(); }
std::unique_ptr<Collectives> join_nccl(const UniqueId&, int, int, at::Device, std::function<void()>) { refuse(); }
std::string nccl_version() { return ""; }

}  // namespace espalier::device
#endif
