#pragma once
// Stores of one study with six runs, each written by hand, and what comes of merging them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <optional>
#include <sstream>

#include "espalier/frame/canonical.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/merge.hpp"
#include "espalier/store/verify.hpp"
#include "store/sample.hpp"

namespace espalier::store {

/// What one store knows of task n. Without an end it is listed only.
struct Known {
  std::optional<task::RunState> end;
  int threads = 1;
  std::int64_t top1 = 5;   ///< of its last row on test
  std::string network;     ///< bytes of its finished network
  std::string checkpoint;  ///< bytes of the checkpoint of epoch `epochs` that it goes on from; it has no end then
  int epochs = 3;
  int losses = 0;  ///< charged attempts before the last
};

using Tasks = std::map<int, Known>;

inline task::Task task_of(int n, const Known& known) {
  task::Task task = some_task(n);
  task.form.threads = known.threads;
  return task;
}

inline void write_history(JournalWriter& writer, EvaluationSets& sets, const std::filesystem::path& out, int n,
                          const Known& known) {
  std::uint32_t attempt = 1;
  for (; attempt <= static_cast<std::uint32_t>(known.losses); ++attempt) {
    const Fence fence{writer.segment(), attempt};
    writer.append(attempt_of(n, fence));
    LostRecord lost;
    lost.worker = {1};
    lost.attempts = {{task_number(n), fence}};
    lost.log_tail = "tail";
    lost.charged = true;
    writer.append(lost);
  }
  const Fence fence{writer.segment(), attempt};
  const bool is_skipped = known.end == task::RunState::aborted || known.end == task::RunState::cancelled;
  if (!is_skipped) {
    writer.append(attempt_of(n, fence));
    for (int epoch = 1; epoch <= known.epochs; ++epoch) {
      testing::append_rows(writer, sets, fence, task_number(n),
                           {row_at(epoch, metrics::Subset::train), row_at(epoch, metrics::Subset::test, known.top1)});
    }
  }
  const auto keep = [&](task::ArtifactKind kind, const std::string& bytes) {
    const auto size = static_cast<std::int64_t>(bytes.size());
    if (!bytes.empty())
      writer.append(CheckpointRecord{fence, task_number(n), kind, {known.epochs, 0}, put_artifact(out, bytes), size});
  };
  keep(task::ArtifactKind::training, known.checkpoint);
  keep(task::ArtifactKind::finished, known.network);
  if (known.end) writer.append(ended_of(n, fence, *known.end, *known.end == task::RunState::done ? "" : "said why"));
}

/// A store of the runs 0 to 5, which lists the given tasks. Task 0 is what all others start from.
inline void write_store(const std::filesystem::path& out, const Tasks& tasks, const std::string& study = "one") {
  JournalWriter writer = JournalWriter::open(out, some_writer("job-" + out.filename().string()));
  EvaluationSets sets;
  StudyRecord record;
  record.file_name = "study.toml";
  record.text = "[study]\nname = \"" + study + "\"\n";
  writer.append(record);
  TasksRecord listed;
  for (const auto& [n, known] : tasks) {
    listed.tasks.push_back(task_of(n, known));
    if (n > 0) listed.tasks.back().inputs = {{task_number(0), task::InputRole::pretraining}};
  }
  writer.append(listed);
  RunsRecord runs{true, {}};
  for (int n = 0; n < 6; ++n) runs.runs.push_back(some_run(n, sample_labels(n)));
  writer.append(runs);
  for (const auto& [n, known] : tasks) {
    if (known.end || !known.checkpoint.empty()) write_history(writer, sets, out, n, known);
  }
  writer.append(FinishedRecord{75, 50});
  writer.commit();
}

struct Outcome {
  bool is_written = false;
  std::vector<MergedSource> sources;
  std::vector<std::string> conflicts() const {
    std::vector<std::string> all;
    for (const auto& one : sources) all.insert(all.end(), one.joining.conflicts.begin(), one.joining.conflicts.end());
    return all;
  }
};

inline Outcome merge_into(const std::filesystem::path& out, const std::vector<std::filesystem::path>& from) {
  Merge merge(out, replay(out));
  Outcome outcome;
  for (const auto& directory : from) {
    MergeSource source{directory, replay(directory), false};
    settle_dead(source.state);
    outcome.sources.push_back(merge.add(std::move(source), 60));
  }
  outcome.is_written = merge.finish(some_writer(), 0, 70);
  return outcome;
}

/// All that results and later launches are made from, without what says who did it and when.
inline std::string content_of(const State& state) {
  std::ostringstream text;
  std::map<TaskId, const TaskState*> tasks;
  for (const auto& [id, task] : state.tasks) tasks[id] = &task;
  for (const auto& [id, task] : tasks) {
    text << frame::Canonical::text(task->task) << ' ' << task::name_of(task->state) << ' ' << task->cause << ' '
         << frame::Canonical::text(task->recorded) << ' ' << task->charged << ' ' << task->seconds << ' '
         << task->epoch_images << ' ' << task->device << ' ' << task->attempts.size();
    for (const auto& one : task->rows) {
      text << "\n  " << one.row.epoch << ' ' << metrics::name_of(one.row.subset) << ' '
           << one.row.values.get(metrics::Metric::top1) << ' ' << one.row.values.get(metrics::Metric::loss);
    }
    for (const auto* file : {&task->training, &task->finished, &task->predictions}) text << ' ' << file->artifact.hex;
    text << '\n';
  }
  std::map<RunId, std::string> runs;
  for (const auto& entry : state.runs)
    runs[entry.run.id] = frame::Canonical::text(entry.run) + (entry.current ? "" : " left") + " " +
                         task::name_of(state.state_of(entry.run));
  for (const auto& [id, run] : runs) text << run << '\n';
  return text.str();
}

inline std::string content_of(const std::filesystem::path& out) {
  State state = replay(out);
  settle_dead(state);
  return content_of(state);
}

inline std::map<std::string, std::string> files_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    files[std::filesystem::relative(entry.path(), folder)] = {std::istreambuf_iterator<char>(in), {}};
  }
  return files;
}

/// Stores "a", "b", ... in one folder, and "out".
struct Stores {
  Scratch folder;
  explicit Stores(const std::vector<Tasks>& all) {
    for (const Tasks& tasks : all) write_store(next(), tasks);
  }
  std::filesystem::path next() {
    names.push_back(folder.path() / std::string(1, static_cast<char>('a' + names.size())));
    return names.back();
  }
  std::filesystem::path out(const std::string& name = "out") const { return folder.path() / name; }
  std::vector<std::filesystem::path> names;
};

inline const TaskState& task_in(const State& state, int n) { return state.tasks.at(task_number(n)); }

inline std::vector<std::string> problems_of(const std::filesystem::path& out) {
  std::vector<std::string> texts;
  for (const auto& one : verify(out).findings) {
    if (one.kind == Finding::Kind::problem && !one.text.starts_with("results.h5 is missing")) texts.push_back(one.text);
  }
  return texts;
}

inline const Known kDone{task::RunState::done, 1, 5, "", "", 3, 0};
inline Known done_with(const std::string& network) {
  Known known = kDone;
  known.network = network;
  return known;
}

}  // namespace espalier::store
