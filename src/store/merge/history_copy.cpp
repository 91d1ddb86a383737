// Filters the records of a source by task, gives them fences of the segment to come, and renumbers image sets.
#include "store/merge/history_copy.hpp"

#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::store {

bool has_file(const TaskState& task, task::ArtifactKind kind, const ArtifactId& artifact) {
  switch (kind) {
    case task::ArtifactKind::training: return task.training.artifact == artifact;
    case task::ArtifactKind::finished: return task.finished.artifact == artifact;
    case task::ArtifactKind::predictions: return task.predictions.artifact == artifact;
  }
  return false;
}

HistoryCopy::HistoryCopy(const State& from, RecordBuffer& write, const FileProvider& provide)
    : from_(from), write_(write), provide_(provide) {}

void HistoryCopy::choose(const TaskId& task) {
  const auto known = write_.state().tasks.find(task);
  const auto before = known == write_.state().tasks.end() ? 0 : known->second.attempts.size();
  chosen_[task].attempts = static_cast<std::uint32_t>(before);
}

HistoryCopy::Progress* HistoryCopy::find(const TaskId& task) {
  const auto found = chosen_.find(task);
  return found == chosen_.end() ? nullptr : &found->second;
}

std::optional<Fence> HistoryCopy::fence_of(const TaskId& task, const Fence& source) {
  const Progress* progress = find(task);
  if (!progress || source < progress->source) return std::nullopt;
  // The end of a task that no attempt led to has a fence of its own, above the last attempt's.
  return Fence{write_.segment(), progress->attempts + (source == progress->source && source != Fence{} ? 0U : 1U)};
}

bool HistoryCopy::was_interrupted(const TaskId& task, const Fence& source) {
  const Progress* progress = find(task);
  return progress && source == progress->source && source.segment != segment_;
}

void HistoryCopy::take(RecordType type, std::string_view payload) {
  try {
    copy(type, payload);
  } catch (const CorruptionError&) {
    return;  // the source went on without it, too: such damage was accepted there
  }
}

void HistoryCopy::copy(RecordType type, std::string_view payload) {
  switch (type) {
    case RecordType::segment_start: segment_ = frame::from_tagged<SegmentStart>(payload).segment; return;
    case RecordType::tasks: return copy(frame::from_tagged<TasksRecord>(payload));
    case RecordType::attempt: return copy(frame::from_tagged<AttemptRecord>(payload));
    case RecordType::rows: return copy(frame::from_tagged<RowsRecord>(payload));
    case RecordType::checkpoint: return copy(frame::from_tagged<CheckpointRecord>(payload));
    case RecordType::ended: return copy(frame::from_tagged<EndedRecord>(payload));
    case RecordType::lost: return copy(frame::from_tagged<LostRecord>(payload));
    case RecordType::given_back: return copy(frame::from_tagged<GivenBackRecord>(payload));
    default: return;  // of the whole store, or merged as a state
  }
}

void HistoryCopy::copy(TasksRecord&& record) {
  std::erase_if(record.tasks, [&](const task::Task& task) { return !find(task.id); });
  if (!record.tasks.empty()) write_(record);
}

void HistoryCopy::copy(AttemptRecord&& record) {
  Progress* progress = find(record.task);
  if (!progress || record.fence < progress->source) return;
  if (record.fence != progress->source) ++progress->attempts;
  progress->source = record.fence;
  record.fence = {write_.segment(), progress->attempts};
  write_(record);
}

void HistoryCopy::copy(const RowsRecord& record) {
  const auto fence = fence_of(record.task, record.fence);
  if (!fence) return;
  std::vector<metrics::Row> rows;
  rows.reserve(record.rows.size());
  for (const MeasuredRow& row : record.rows) rows.push_back(from_.evaluation_sets.unpacked(record, row));
  write_rows(write_.state().evaluation_sets, *fence, record.task, rows, std::ref(write_));
}

void HistoryCopy::copy(CheckpointRecord&& record) {
  const auto fence = fence_of(record.task, record.fence);
  if (!fence || !has_file(from_.tasks.at(record.task), record.kind, record.artifact)) return;
  if (!provide_(record.artifact)) return;
  record.fence = *fence;
  write_(record);
}

void HistoryCopy::copy(EndedRecord&& record) {
  const auto fence = fence_of(record.task, record.fence);
  if (!fence || was_interrupted(record.task, record.fence)) return;
  record.fence = *fence;
  write_(record);
}

void HistoryCopy::copy(LostRecord&& record) {
  std::vector<FailedAttempt> attempts;
  for (const FailedAttempt& failed : record.attempts) {
    const auto fence = fence_of(failed.task, failed.fence);
    if (fence && !was_interrupted(failed.task, failed.fence)) attempts.push_back({failed.task, *fence});
  }
  record.attempts = std::move(attempts);
  std::erase_if(record.unstarted, [&](const TaskId& task) { return !find(task); });
  if (!record.attempts.empty() || !record.unstarted.empty()) write_(record);
}

void HistoryCopy::copy(const GivenBackRecord& record) {
  GivenBackRecord mine;
  mine.time = record.time;
  for (const TaskId& task : record.tasks) {
    if (find(task)) mine.tasks.push_back(task);
  }
  if (!mine.tasks.empty()) write_(mine);
}

}  // namespace espalier::store
