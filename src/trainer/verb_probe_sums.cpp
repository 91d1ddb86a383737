// The verb `probe sums`: NCCL sums between processes, for scripts/test_gpu.sh.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/device/collectives.hpp"
#include "espalier/device/device.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/trainer/verbs.hpp"

namespace espalier::trainer {

namespace {

struct Options {
  int rank = 0, size = 1;
  std::filesystem::path id;
};

constexpr int kPatience_s = 60;

/// Rank 0 writes the id to a file, for which the others wait.
device::UniqueId agree(const Options& options) {
  device::UniqueId id;
  if (options.rank == 0) {
    id = device::new_unique_id();
    os::write_file_durably(options.id, bytes_of({id.data(), id.size()}));  // never seen in part
    return id;
  }
  for (int i = 0; i < 10 * kPatience_s && !std::filesystem::exists(options.id); ++i) ::usleep(100'000);
  std::ifstream in(options.id, std::ios::binary);
  if (!in.read(id.data(), static_cast<std::streamsize>(id.size())))
    throw EnvironmentError("rank 0 left no id in time", "it may have failed to start", "See what it said.");
  return id;
}

void probe(const Options& options) {
  const at::Device device = device::choose("cuda", options.rank);
  device::start(device);
  const auto begun = std::chrono::steady_clock::now();
  const auto waiting = [&] {
    if (std::chrono::steady_clock::now() - begun < std::chrono::seconds(kPatience_s)) return;
    throw EnvironmentError("the other ranks did not come", std::to_string(kPatience_s) + " s have passed", "");
  };
  const auto sums = device::join_nccl(agree(options), options.rank, options.size, device, waiting);
  const at::Tensor buffer = at::full({1 << 20}, options.rank + 1.0, at::TensorOptions(at::kFloat).device(device));
  sums->all_reduce(buffer);
  while (!sums->is_done()) waiting();
  sums->join();
  const double expected = options.size * (options.size + 1) / 2.0;
  const bool right = buffer.eq(expected).all().item<bool>();
  std::cout << "rank " << options.rank << ": NCCL " << device::nccl_version() << ": " << (right ? "right" : "WRONG")
            << "\n";
  sums->close();
  if (!right) violate("NCCL", "the sums are right", __FILE__, __LINE__);
}

}  // namespace

void add_probe_sums(CLI::App& probe_verb) {
  auto* verb = probe_verb.add_subcommand("sums");
  const auto options = std::make_shared<Options>();
  verb->add_option("--rank", options->rank)->required();
  verb->add_option("--size", options->size)->required();
  verb->add_option("--id", options->id, "file in which rank 0 leaves the id")->required();
  verb->callback([options] { probe(*options); });
}

}  // namespace espalier::trainer
