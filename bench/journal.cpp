// links: store
// How many metric rows a second become durable, and how long it takes to read a journal of 100,000 runs.
// bench_journal [DIR] [RUNS]: writes under DIR (default: a folder in the temporary directory) and removes it again.
#include "espalier/store/journal.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "espalier/core/errors.hpp"

using namespace espalier;

namespace {

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TaskId task_number(std::size_t n) { return TaskId::of(sha256("task " + std::to_string(n))); }

/// As a seven-unit protocol with two rates and a decay makes it.
task::Task typical_task(std::size_t n) {
  task::Task made;
  made.id = task_number(n);
  task::training(made).network = made.id.hex.str();
  task::training(made).input = {1, 28, 28};
  task::training(made).mean = task::training(made).std = {0.5f};
  task::training(made).images.data = std::string(64, 'd');
  task::training(made).images.labels = std::string(32, 'c');
  for (int unit = 0; unit < 7; ++unit) {
    task::UnitRow row;
    if (unit < 4) row.start = {task::StartKind::task, task_number(n % 4), {}};
    row.rates = {{{0, 0}, 0.01f}, {{30, 0}, 0.001f}};
    task::training(made).units.push_back(row);
  }
  made.inputs = {{task_number(n % 4), task::InputRole::pretraining}};
  return made;
}

plan::PlannedRun typical_run(std::size_t n) {
  plan::PlannedRun run;
  run.id = RunId::of(sha256("run " + std::to_string(n)));
  run.experiment = "transferred-by-decay";
  run.labels = {{"transferred", "5"}, {"frozen", "0"},      {"high_units", "all"}, {"decay_epoch", "30"},
                {"per_class", "8"},   {"split", "3"},       {"replicate", "1"},    {"source", "half"},
                {"target", "other"},  {"network", "cifar7"}};
  run.task = task_number(n);
  return run;
}

/// Computed once: rank 0 gets rows with their digests from trainers.
const ImageSetId& images_of(metrics::Subset name) {
  using enum metrics::Subset;
  static const std::map<metrics::Subset, ImageSetId> sets = {
      {train, {}}, {valid, ImageSetId::of(sha256("valid"))}, {test, ImageSetId::of(sha256("test"))}};
  return sets.at(name);
}

metrics::Row row_at(std::int32_t epoch, metrics::Subset subset) {
  metrics::Row row{epoch, 0, subset, images_of(subset), 100, {}};
  row.values.set(metrics::Metric::loss, 0.7);
  row.values.set(metrics::Metric::top1, 40);
  row.values.set(metrics::Metric::top5, 80);
  return row;
}

std::vector<metrics::Row> rows_at(std::int32_t epoch) {
  return {row_at(epoch, metrics::Subset::train), row_at(epoch, metrics::Subset::valid),
          row_at(epoch, metrics::Subset::test)};
}

/// The records that name the image sets of rows_at(), as a journal has them before the first rows.
store::EvaluationSetsRecord set_names() { return store::EvaluationSets().unknown_of(rows_at(1)); }

/// Three evaluations of one moment.
store::RowsRecord epoch_rows(std::size_t task, Fence fence, std::int32_t epoch) {
  static const store::EvaluationSets sets = [] {
    store::EvaluationSets named;
    for (const auto& set : set_names().sets) named.add(set);
    return named;
  }();
  return sets.packed(fence, task_number(task), rows_at(epoch));
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

void write_plan(store::JournalWriter& writer, std::size_t runs) {
  constexpr std::size_t kChunk = 1000;
  for (std::size_t first = 0; first < runs; first += kChunk) {
    store::TasksRecord tasks;
    store::RunsRecord listing;
    listing.all_current = first == 0;
    for (std::size_t n = first; n < std::min(runs, first + kChunk); ++n) {
      tasks.tasks.push_back(typical_task(n));
      listing.runs.push_back(typical_run(n));
    }
    writer.append(tasks);
    writer.append(listing);
    writer.commit();
  }
}

void write_results(store::JournalWriter& writer, std::size_t runs) {
  writer.append(set_names());
  for (std::size_t n = 0; n < runs; ++n) {
    const Fence fence{1, static_cast<std::uint32_t>(n)};
    writer.append(store::AttemptRecord{fence, task_number(n), WorkerId{1}, {}, 1.0});
    writer.append(epoch_rows(n, fence, 5));
    writer.append(epoch_rows(n, fence, 10));
    writer.append(store::EndedRecord{fence, task_number(n), task::RunState::done, "", 1.5, 1000, "cpu: bench", 2.5});
    if (n % 1000 == 999) writer.commit();
  }
  writer.commit();
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
  write_plan(writer, runs);
  const double planned_s = seconds_of([&] { (void)store::replay(out); });
  write_results(writer, runs);
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
