// links: train
// Processor milliseconds of a search for the five nearest neighbours; bench/neighbour_search.py compares them with
// FAISS.
#include <ATen/Parallel.h>

#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/train/neighbours.hpp"

using namespace espalier;

namespace {

double now_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

/// Rows of float32 as NumPy's tofile() writes them.
at::Tensor read_rows(const std::string& path, std::int64_t width) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto numbers = static_cast<std::int64_t>(file.tellg()) / std::int64_t{sizeof(float)};
  at::Tensor rows = at::empty({numbers / width, width});
  file.seekg(0);
  file.read(reinterpret_cast<char*>(rows.mutable_data_ptr<float>()), numbers * std::int64_t{sizeof(float)});
  if (!file) throw std::runtime_error("cannot read " + path);
  return rows;
}

}  // namespace

/// Arguments: files of references and of queries, the number of features, "cosine" or "euclidean", and a file for
/// places.
int main(int count, char** arguments) {
  if (count != 6) return 2;
  at::set_num_threads(1);
  const std::int64_t width = std::stoll(arguments[3]);
  const auto by = std::string(arguments[4]) == "cosine" ? task::NearestBy::cosine : task::NearestBy::euclidean;
  const at::Tensor among = read_rows(arguments[1], width), asked = read_rows(arguments[2], width);
  train::NearestNeighbours(asked, by).nearest(asked, 5);  // the first product sets libraries up
  const double start = now_ms();
  const train::NearestNeighbours neighbours(among, by);
  const double built = now_ms();
  const at::Tensor places = neighbours.nearest(asked, 5);
  const double searched = now_ms();
  std::ofstream(arguments[5], std::ios::binary)
      .write(reinterpret_cast<const char*>(places.const_data_ptr<std::int64_t>()),
             places.numel() * std::int64_t{sizeof(std::int64_t)});
  std::cout << nlohmann::json{{"build_ms", built - start}, {"search_ms", searched - built}} << "\n";
}
