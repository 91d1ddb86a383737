#pragma once
// What the store's tests share: a folder of their own, and small records.
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

#include "espalier/store/journal.hpp"
#include "support/rows.hpp"

namespace espalier::store {

/// An empty folder that goes with its scope.
class Scratch {
 public:
  Scratch() {
    static std::atomic<int> count{0};
    path_ = std::filesystem::temp_directory_path() /
            ("espalier-store-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline WriterIdentity some_writer(std::string job = "", std::uint32_t restart = 0) {
  return {"host-a", 4711, std::move(job), restart, false};
}

/// The nth task id of a test: 32 hexadecimal digits.
inline TaskId task_number(int n) { return TaskId::of(sha256("task " + std::to_string(n))); }
inline RunId run_number(int n) { return RunId::of(sha256("run " + std::to_string(n))); }

inline task::Task some_task(int n) {
  task::Task made;
  made.id = task_number(n);
  made.cost_s = n;
  made.epoch_images = 100;
  task::training(made).length = {3, 0};
  made.record = testing::made_record({metrics::Subset::test});
  return made;
}

inline plan::PlannedRun some_run(int n, std::vector<plan::Label> labels = {}) {
  plan::PlannedRun run;
  run.id = run_number(n);
  run.experiment = "some";
  run.measured = testing::made_measured();
  run.labels = std::move(labels);
  run.task = task_number(n);
  return run;
}

inline AttemptRecord attempt_of(int task, Fence fence, task::Moment resumed_from = {}) {
  return {fence, task_number(task), WorkerId{1}, resumed_from, 10};
}

inline metrics::Row row_at(std::int32_t epoch, metrics::Subset subset = metrics::Subset::test, std::int64_t top1 = 5) {
  return testing::measured_row(epoch, subset, 1.5 / (1 + epoch), top1, 8, 10);
}

inline EndedRecord ended_of(int task, Fence fence, task::RunState state = task::RunState::done,
                            std::string cause = "") {
  const bool diverged = cause.starts_with("diverged");
  return {fence, task_number(task), state, std::move(cause), 2.5, 100, "cpu", 20, diverged};
}

inline void apply_rows(State& state, Fence fence, int task, const std::vector<metrics::Row>& rows) {
  write_rows(state.evaluation_sets, fence, task_number(task), rows, [&](const auto& record) {
    apply(state, record.kType, version_of(record.kType), frame::to_tagged(record));
  });
}

template <class Record>
void apply_record(State& state, const Record& record) {
  apply(state, Record::kType, version_of(Record::kType), frame::to_tagged(record));
}

}  // namespace espalier::store
