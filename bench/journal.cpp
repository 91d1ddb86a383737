// links: store
// How many metric rows a second become durable, and how long it takes to read a journal of 100,000 runs.
// bench_journal [DIR] [RUNS]: writes under DIR (default: a folder in the temporary directory) and removes it again.
#include "espalier/store/journal.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"
#include "typical_journal.hpp"

using namespace espalier;
using namespace espalier::bench;

namespace {

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Rows a second, made durable in groups of `group` records of three rows.
double durable_rows_per_s(const std::filesystem::path& out, int group, double budget_s) {
  store::JournalWriter writer = store::JournalWriter::open(out, {"bench", ::getpid(), "", 0, false});
  writer.append(set_names());
  const auto start = std::chrono::steady_clock::now();
  double wall_s = 0;
  std::int64_t rows = 0;
  for (std::int32_t epoch = 1; wall_s < budget_s; ++epoch) {
    for (int record = 0; record < group; ++record) {
      writer.append(epoch_rows(static_cast<std::size_t>(record), {1, 1}, epoch));
      rows += 3;
    }
    writer.commit();
    wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return static_cast<double>(rows) / wall_s;
}

/// Seconds of the verb itself, which lies beside this program.
std::vector<double> status_verb_s(const std::filesystem::path& out) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "espalier";
  const std::string command = "'" + program.string() + "' status '" + out.string() + "' > /dev/null";
  std::vector<double> seconds;
  for (int i = 0; i < 5; ++i) {
    seconds.push_back(seconds_of([&] {
      if (std::system(command.c_str()) != 0) throw EnvironmentError(command + " failed");
    }));
  }
  return seconds;
}

nlohmann::json replay_times(const std::filesystem::path& out, std::size_t runs) {
  store::JournalWriter writer = store::JournalWriter::open(out, {"bench", ::getpid(), "", 0, false});
  write_plan(writer, 0, runs);
  const double planned_s = seconds_of([&] { (void)store::replay(out); });
  write_results(writer, 0, runs);
  store::State state;
  const double replay_s = seconds_of([&] { state = store::replay(out); });
  std::size_t done = 0;
  const double status_replay_s = seconds_of([&] { (void)store::replay(out, store::Detail::brief); });
  const double states_s = seconds_of([&] {
    for (const store::RunEntry& entry : state.runs) done += state.state_of(entry.run) == task::RunState::done;
  });
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(out / "journal")) bytes += entry.file_size();
  return {{"runs", runs},
          {"journal_bytes", bytes},
          {"records", state.records},
          {"done", done},
          {"planned_replay_s", planned_s},
          {"replay_s", replay_s},
          {"brief_replay_and_release_s", status_replay_s},
          {"states_of_all_runs_s", states_s},
          {"status_verb_s", status_verb_s(out)}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path base =
      argc > 1 ? std::filesystem::path(argv[1])
               : std::filesystem::temp_directory_path() / ("espalier-bench-" + std::to_string(::getpid()));
  const std::size_t runs = argc > 2 ? std::stoul(argv[2]) : 100000;
  nlohmann::json result{{"bench", "journal"}};
  for (const int group : {1, 10, 100}) {
    result["durable_rows_per_s"]["groups_of_" + std::to_string(group)] =
        durable_rows_per_s(base / ("rows" + std::to_string(group)), group, 1.0);
  }
  result["status"] = replay_times(base / "runs", runs);
  std::filesystem::remove_all(base);
  std::cout << result.dump(2) << "\n";
}
