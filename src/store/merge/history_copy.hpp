#pragma once
// Copies the records of tasks from one journal to another, with fences of the new one.
#include <functional>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "store/merge/record_buffer.hpp"

namespace espalier::store {

/// Whether a file that a record of the source names can be had. What cannot is left out.
using FileProvider = std::function<bool(const ArtifactId&)>;

/// Takes the records of a source in their order. Those of the chosen tasks are written as they are, but for fences, the
/// numbers of image sets, and files that the source has no use for any more.
class HistoryCopy {
 public:
  /// `from` is the source as replayed to its end. All references must outlive this.
  HistoryCopy(const State& from, RecordBuffer& write, const FileProvider& provide);
  /// Before the first record.
  void choose(const TaskId& task);
  void take(RecordType type, std::string_view payload);

 private:
  struct Progress {
    Fence source;                ///< of the latest attempt there
    std::uint32_t attempts = 0;  ///< written so far, those that the target had before included
  };
  Progress* find(const TaskId& task);
  /// The fence here of a fact about an attempt there; none where another attempt had begun.
  std::optional<Fence> fence_of(const TaskId& task, const Fence& source);

  /// Whether the attempt had been open when a later launch began: that ended it, and nothing else does.
  bool was_interrupted(const TaskId& task, const Fence& source);

  void copy(RecordType type, std::string_view payload);
  void copy(TasksRecord&& record);
  void copy(AttemptRecord&& record);
  void copy(const RowsRecord& record);
  void copy(CheckpointRecord&& record);
  void copy(EndedRecord&& record);
  void copy(LostRecord&& record);
  void copy(const GivenBackRecord& record);

  const State& from_;
  RecordBuffer& write_;
  const FileProvider& provide_;
  std::uint32_t segment_ = 0;  ///< of the source, in which the records stand
  std::unordered_map<TaskId, Progress> chosen_;
};

/// Whether the task still has the file, as one of that kind.
bool has_file(const TaskState& task, task::ArtifactKind kind, const ArtifactId& artifact);

}  // namespace espalier::store
