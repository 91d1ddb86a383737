#pragma once
// Journals of trainings as a study with seven units and a decay makes them, of as many runs as a benchmark wants.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"

namespace espalier::bench {

inline TaskId task_number(std::size_t n) { return TaskId::of(sha256("task " + std::to_string(n))); }

/// As a seven-unit protocol with two rates and a decay makes it.
inline task::Task typical_task(std::size_t n) {
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

inline plan::PlannedRun typical_run(std::size_t n) {
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
inline const ImageSetId& images_of(metrics::Subset name) {
  using enum metrics::Subset;
  static const std::map<metrics::Subset, ImageSetId> sets = {
      {train, {}}, {valid, ImageSetId::of(sha256("valid"))}, {test, ImageSetId::of(sha256("test"))}};
  return sets.at(name);
}

inline metrics::Row row_at(std::int32_t epoch, metrics::Subset subset) {
  metrics::Row row{epoch, 0, subset, images_of(subset), 100, {}};
  row.values.set(metrics::Metric::loss, 0.7);
  row.values.set(metrics::Metric::top1, 40);
  row.values.set(metrics::Metric::top5, 80);
  return row;
}

inline std::vector<metrics::Row> rows_at(std::int32_t epoch) {
  return {row_at(epoch, metrics::Subset::train), row_at(epoch, metrics::Subset::valid),
          row_at(epoch, metrics::Subset::test)};
}

/// The records that name the image sets of rows_at(), as a journal has them before the first rows.
inline store::EvaluationSetsRecord set_names() { return store::EvaluationSets().unknown_of(rows_at(1)); }

/// Three evaluations of one moment.
inline store::RowsRecord epoch_rows(std::size_t task, Fence fence, std::int32_t epoch) {
  static const store::EvaluationSets sets = [] {
    store::EvaluationSets named;
    for (const auto& set : set_names().sets) named.add(set);
    return named;
  }();
  return sets.packed(fence, task_number(task), rows_at(epoch));
}

/// Runs and tasks of the numbers [begin, end).
inline void write_plan(store::JournalWriter& writer, std::size_t begin, std::size_t end) {
  constexpr std::size_t kChunk = 1000;
  for (std::size_t first = begin; first < end; first += kChunk) {
    store::TasksRecord tasks;
    store::RunsRecord listing;
    listing.all_current = first == begin;
    for (std::size_t n = first; n < std::min(end, first + kChunk); ++n) {
      tasks.tasks.push_back(typical_task(n));
      listing.runs.push_back(typical_run(n));
    }
    writer.append(tasks);
    writer.append(listing);
    writer.commit();
  }
}

/// All of them done, with six rows each.
inline void write_results(store::JournalWriter& writer, std::size_t begin, std::size_t end) {
  writer.append(set_names());
  for (std::size_t n = begin; n < end; ++n) {
    const Fence fence{1, static_cast<std::uint32_t>(n)};
    writer.append(store::AttemptRecord{fence, task_number(n), WorkerId{1}, {}, 1.0});
    writer.append(epoch_rows(n, fence, 5));
    writer.append(epoch_rows(n, fence, 10));
    writer.append(store::EndedRecord{fence, task_number(n), task::RunState::done, "", 1.5, 1000, "cpu: bench", 2.5});
    if (n % 1000 == 999) writer.commit();
  }
  writer.commit();
}

}  // namespace espalier::bench
