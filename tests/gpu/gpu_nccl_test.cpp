// NCCL with one rank. Two ranks on one GPU: scripts/test_gpu.sh, which needs two processes.
#include "espalier/device/collectives.hpp"
#include "gpu/gpu_jobs.hpp"

using namespace espalier;
using testing::gpu;

TEST_CASE("gpu: NCCL reduces over one rank, and what follows waits for it") {
  const auto alone = device::join_nccl(device::new_unique_id(), 0, 1, gpu(), [] {});
  const at::Tensor buffer = at::arange(1000, at::TensorOptions(at::kFloat).device(gpu()));
  alone->all_reduce(buffer);
  while (!alone->is_done()) {
  }
  alone->join();
  alone->close();
  CHECK(at::equal(buffer.cpu(), at::arange(1000, at::kFloat)));
}
