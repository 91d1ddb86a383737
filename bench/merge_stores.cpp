// links: store
// How long `espalier merge` takes for stores of different runs.
// bench_merge_stores [DIR] [STORES] [RUNS]: writes under DIR (default: a folder in the temporary directory) and removes
// it again.
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "typical_journal.hpp"

using namespace espalier;

namespace {

void write_store(const std::filesystem::path& out, std::size_t begin, std::size_t end) {
  auto writer = store::JournalWriter::open(out, {"bench", ::getpid(), "", 0, false});
  store::StudyRecord study;
  study.file_name = "study.toml";
  study.text = "study.name = \"bench\"\n";
  writer.append(study);
  bench::write_plan(writer, begin, end);
  bench::write_results(writer, begin, end);
  writer.append(store::FinishedRecord{0, 3.0});
  writer.commit();
}

double seconds_of(const std::string& command) {
  const auto start = std::chrono::steady_clock::now();
  if (std::system(command.c_str()) != 0) throw EnvironmentError(command + " failed");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base =
      argc > 1 ? std::filesystem::path(argv[1])
               : std::filesystem::temp_directory_path() / ("espalier-bench-" + std::to_string(::getpid()));
  const std::size_t stores = argc > 2 ? std::stoul(argv[2]) : 10, runs = argc > 3 ? std::stoul(argv[3]) : 10000;
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "espalier";
  std::string command = "'" + program.string() + "' merge";
  for (std::size_t n = 0; n < stores; ++n) {
    const auto out = base / std::to_string(n);
    write_store(out, n * runs, (n + 1) * runs);
    command += " '" + out.string() + "'";
  }
  command += " --out '" + (base / "out").string() + "' > /dev/null";
  nlohmann::json result{{"bench", "merge"}, {"stores", stores}, {"runs_each", runs}};
  result["merge_s"] = seconds_of(command);
  result["merge_again_s"] = seconds_of(command);
  std::filesystem::remove_all(base);
  std::cout << result.dump(2) << "\n";
}
