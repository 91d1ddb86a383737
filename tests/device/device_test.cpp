#include "espalier/device/device.hpp"

#include "device/kernel_launch.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/device/captured_graph.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;

TEST_CASE("device: a word says where to compute") {
  CHECK(device::choose("cpu", 3).is_cpu());
  CHECK_THROWS_WITH(device::choose("gpu", 0), Catch::Contains("'gpu'") && Catch::Contains("cuda"));
  if (device::gpus() > 0) {
    CHECK(device::choose("auto", 0).is_cuda());
    CHECK(device::choose("cuda", device::gpus() + 1).index() == 1 % device::gpus());
  } else {
    CHECK(device::choose("auto", 0).is_cpu());
    CHECK_THROWS_AS(device::choose("cuda", 0), EnvironmentError);  // no task is charged for it
  }
}

TEST_CASE("device: on a CPU recorded work is called each time") {
  int calls = 0;
  const auto work = device::capture_graph(at::kCPU, [&] { ++calls; });
  for (int i = 1; i <= 5; ++i) {
    work->run();
    CHECK(calls == i);
  }
}

#ifdef ESPALIER_CUDA
TEST_CASE("device: NVRTC makes machine code of our kernels, without a device") {
  for (const int capability : {80, 90, 100}) {
    const std::string code = device::compile_kernels(capability);
    CHECK(
        code.starts_with("\x7f"
                         "ELF"));
    CHECK(code.find("run_gather") != code.npos);
    CHECK(code.find("run_mask") != code.npos);
  }
}
#endif

TEST_CASE("device: an error of memory is told with its sizes, without advice to programmers") {
  const auto said = [](const std::string& text) { return device::sizes_in(c10::Error({"", "", 0}, text)); };
  CHECK(said("CUDA out of memory. Tried to allocate 32.00 MiB. GPU 0 has a total capacity of 139.80 GiB of which 17.56 "
             "MiB is free. Process 1 has 138 GiB memory in use. If reserved but unallocated memory is large") ==
        "CUDA out of memory. Tried to allocate 32.00 MiB. GPU 0 has a total capacity of 139.80 GiB of which 17.56 MiB "
        "is free");
  CHECK(said("CUDNN_STATUS_ALLOC_FAILED\nmore") == "CUDNN_STATUS_ALLOC_FAILED");
}
