#pragma once
// A small finished study in a journal: two sizes, two splits, one diverged run, a source and a selection.
#include <fstream>

#include "espalier/store/view.hpp"
#include "store/scratch.hpp"
#include "support/journal_of.hpp"

namespace espalier::store {

inline ArtifactId put_artifact(const std::filesystem::path& out, const std::string& bytes) {
  const ArtifactId id{to_hex(sha256(bytes))};
  std::filesystem::create_directories(out / "artifacts");
  std::ofstream(out / "artifacts" / (id.hex + ".safetensors"), std::ios::binary) << bytes;
  return id;
}

inline std::vector<plan::Label> sample_labels(int n) {
  return {
      {"transferred", std::to_string(n)}, {"per_class", n % 2 ? "all" : "8"}, {"case", n == 0 ? "scratch" : "optimal"}};
}

inline void write_sample_task(JournalWriter& writer, EvaluationSets& sets, int n, task::RunState end) {
  const Fence fence{1, static_cast<std::uint32_t>(n + 1)};
  writer.append(attempt_of(n, fence));
  for (int epoch = 1; epoch <= 3; ++epoch) {
    testing::append_rows(writer, sets, fence, task_number(n),
                         {row_at(epoch, metrics::Subset::train), row_at(epoch, metrics::Subset::test, n)});
  }
  writer.append(ended_of(n, fence, end, end == task::RunState::failed ? "diverged" : ""));
}

/// Tasks 0-3 are trainings from task 9; task 3 diverged.
inline void write_sample(const std::filesystem::path& out) {
  JournalWriter writer = JournalWriter::open(out, some_writer("job7"));
  EvaluationSets sets;
  StudyRecord study;
  study.file_name = "sample.toml";
  study.text = "[study]\nname = \"sample, \xc3\xa4\"\n";
  study.workers = 2;
  writer.append(study);
  TasksRecord tasks{{some_task(9)}};
  RunsRecord runs{true, {}};
  for (int n = 0; n < 4; ++n) {
    tasks.tasks.push_back(some_task(n));
    tasks.tasks.back().inputs = {{task_number(9), task::InputRole::pretraining}};
    runs.runs.push_back(some_run(n, sample_labels(n)));
  }
  writer.append(tasks);
  writer.append(runs);
  write_sample_task(writer, sets, 9, task::RunState::done);
  writer.append(CheckpointRecord{
      Fence{1, 10}, task_number(9), task::ArtifactKind::finished, {3, 0}, put_artifact(out, "weights"), 7});
  for (int n = 0; n < 4; ++n)
    write_sample_task(writer, sets, n, n == 3 ? task::RunState::failed : task::RunState::done);
  SelectionRecord made;
  made.outcome = {
      "optimum//0/per_class=8", "optimum", {{"per_class", "8"}}, "valid.top1", {{"transferred", "2"}}, "", {}};
  made.outcome.candidates.resize(2);
  writer.append(made);
  writer.append(FinishedRecord{1, 100});
  writer.commit();
}

/// A folder with the sample and its view.
struct Sample {
  Scratch out;
  Sample() {
    write_sample(out.path());
    write_view(replay(out.path()), out.path());
  }
};

}  // namespace espalier::store
