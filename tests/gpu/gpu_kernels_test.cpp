// Kernels of our own, as NVRTC compiles them: the bits of the CPU.
#include <functional>
#include <stdexcept>

#include "espalier/core/seed.hpp"
#include "espalier/device/captured_graph.hpp"
#include "espalier/device/device.hpp"
#include "espalier/device/kernels.hpp"
#include "gpu/gpu_jobs.hpp"

using namespace espalier;
using testing::gpu;

TEST_CASE("gpu: a device that was only started says how much memory it has") {
  CHECK(device::free_bytes(gpu()) > (std::int64_t{1} << 30));
  CHECK(device::identity(gpu()) != 0);
}

TEST_CASE("gpu: gathered images are the CPU's to the bit") {
  for (const std::int64_t channels : {1, 3}) {
    device::Images images{at::randint(256, {40, channels, 13, 17}, at::kByte), at::rand({channels}),
                          at::rand({channels})};
    device::ImageTable table{at::randint(40, {5, 8}, at::kLong), at::randint(-4, 9, {5, 8, 3}, at::kInt),
                             at::tensor({std::int64_t{3}}, at::kLong)};
    table.windows.select(2, 2).copy_(at::randint(2, {5, 8}, at::kInt));
    const at::Tensor here = device::gather_images(images, table, 7, 11, 12);
    const device::Images there{images.pixels.to(gpu()), images.scale.to(gpu()), images.offset.to(gpu())};
    const device::ImageTable on_gpu{table.rows.to(gpu()), table.windows.to(gpu()), table.index.to(gpu())};
    CHECK(at::equal(device::gather_images(there, on_gpu, 7, 11, 12).cpu(), here));
  }
}

TEST_CASE("gpu: dropout masks are the CPU's to the bit") {
  const at::Tensor seeds = at::randint(1L << 40, {3, 2}, at::kLong), index = at::tensor({std::int64_t{2}}, at::kLong);
  const at::Tensor here = device::dropout_mask({seeds, index}, 1, 5, 100, 333, 0.5);
  CHECK(at::equal(device::dropout_mask({seeds.to(gpu()), index.to(gpu())}, 1, 5, 100, 333, 0.5).cpu(), here));
}

TEST_CASE("gpu: recorded work reads what lies on the device, not what it was recorded with") {
  const at::Tensor number = at::zeros({1}, at::TensorOptions(at::kFloat).device(gpu())), sum = at::zeros_like(number);
  const auto work = device::capture_graph(gpu(), [&] { sum.add_(number); });
  float expected = 0;
  for (int i = 1; i <= 6; ++i) {
    number.fill_(i);
    work->run();
    expected += static_cast<float>(i);
  }
  CHECK(sum.item<float>() == expected);
}

TEST_CASE("gpu: recordings can be made after all earlier ones are gone, and after one that failed") {
  const at::Tensor sum = at::zeros({1}, at::TensorOptions(at::kFloat).device(gpu()));
  const auto adds_in_graph = [&] {
    const auto before = sum.item<float>();
    const auto work = device::capture_graph(gpu(), [&] { sum.add_(at::ones_like(sum)); });
    for (int i = 0; i < 5; ++i) work->run();
    return sum.item<float>() == before + 5;
  };
  CHECK(adds_in_graph());
  CHECK(adds_in_graph());
  int calls = 0;
  const auto throws_later = [&] {
    sum.add_(0);
    if (++calls > 2) throw std::runtime_error("in the recording");
  };
  const auto waits_later = [&] {
    sum.add_(0);
    if (++calls > 2) sum.cpu();  // waits for the device, which makes a recording invalid
  };
  for (const std::function<void()>& fails : {std::function<void()>(throws_later), std::function<void()>(waits_later)}) {
    calls = 0;
    const auto work = device::capture_graph(gpu(), fails);
    work->run();
    work->run();
    CHECK_THROWS(work->run());
    CHECK(adds_in_graph());
  }
}
