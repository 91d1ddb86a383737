// links: data
// How long the check of a pack's checksums takes beside a plain read of the same bytes: 1 GiB in memory, in turns.
// bench_pack_check [DIR]: writes under DIR (default: a folder in the temporary directory) and removes it again.
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "espalier/data/pack_content.hpp"
#include "espalier/os/mapped_file.hpp"

using namespace espalier;

namespace {

constexpr std::int64_t kImages = 1 << 18, kPixels = 64 * 64;  // 1 GiB
constexpr int kRounds = 5;

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void make_pack(const std::filesystem::path& file) {
  const data::NamedTensors tensors{{"images", at::randint(256, {kImages, 1, 64, 64}, at::kByte)}};
  data::Metadata metadata{{"digest", "none"}};
  data::add_sums(tensors, metadata);
  data::write_safetensors(file, tensors, metadata);
}

std::uint64_t sum_of(const std::filesystem::path& file) {
  const os::MappedFile mapped(file);
  std::uint64_t sum = 0;
  for (const std::byte byte : mapped.bytes()) sum += static_cast<std::uint8_t>(byte);
  return sum;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const auto folder = (argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) /
                      ("espalier-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "pack.safetensors";
  make_pack(file);
  std::vector<double> check, read;
  std::uint64_t sum = 0;
  for (int round = 0; round < kRounds; ++round) {
    read.push_back(seconds_of([&] { sum += sum_of(file); }));
    check.push_back(seconds_of([&] {
      if (data::check_content(file).state != data::PackContent::State::sound) std::abort();
    }));
  }
  std::filesystem::remove_all(folder);
  std::cout << nlohmann::json{{"bench", "pack_check"},
                              {"gibibytes", double(kImages * kPixels) / (1 << 30)},
                              {"seconds_check", median(check)},
                              {"seconds_read", median(read)},
                              {"sum", sum}}
            << "\n";
  return 0;
}
