// Finds what a damaged journal has lost in views and artifacts, and writes it as records of a new segment.
#include "espalier/store/recover.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/view.hpp"
#include "store/missing_rows.hpp"
#include "store/viewed_tasks.hpp"

namespace espalier::store {

namespace {

task::Moment end_of(const task::Task& task) {
  return task::probe_of(task) ? task::Moment{} : task::training(task).length;
}

bool has_row(const TaskState& task, const metrics::Row& wanted) {
  const auto key = [](const metrics::Row& row) { return std::tie(row.epoch, row.step, row.subset, row.set); };
  return std::any_of(task.rows.begin(), task.rows.end(),
                     [&](const CurrentRow& one) { return key(one.row) == key(wanted); });
}

/// Whether a launch that began after the view was made works on the task: its records are newer than the view's.
bool is_newer(const TaskState& task, const ViewedTasks& view) {
  return task.state != task::RunState::done && !task.attempts.empty() &&
         task.attempts.back().fence.segment > view.position.segment;
}

class Search {
 public:
  Search(const State& state, const std::filesystem::path& out, FileCheck check,
         const std::function<bool(const TaskId&)>& wanted)
      : state_(state), out_(out), check_(check), wanted_(wanted) {}

  void read(const std::filesystem::path& file) {
    try {
      add(read_viewed_tasks(file));
      found_.views += (found_.views.empty() ? "" : ", ") + file.filename().string();
    } catch (const Error& error) {
      found_.left.push_back(fmt::format("'{}' cannot be read: {}", file.filename().string(), error.what()));
    }
  }

  Recovery take() {
    found_.unlisted = unlisted_.size();
    if (!unlisted_.empty()) {
      found_.left.push_back(fmt::format(
          "{} finished tasks are in no record any more: 'run' takes them back from {} when it plans them again",
          unlisted_.size(), found_.views));
    }
    std::sort(found_.tasks.begin(), found_.tasks.end(), [](auto& a, auto& b) { return a.task < b.task; });
    return std::move(found_);
  }

 private:
  void add(const ViewedTasks& view) {
    for (const auto& [id, viewed] : view.tasks) {
      if (viewed.state != task::name_of(task::RunState::done) || (wanted_ && !wanted_(id))) continue;
      const auto known = state_.tasks.find(id);
      if (known == state_.tasks.end()) unlisted_.insert(id);
      else if (!is_newer(known->second, view) && seen_.insert(id).second) compare(known->second, viewed);
    }
    for (const auto& made : view.selections) add(made);
  }

  /// One that could not be made is made anew: it may have been forgotten on request.
  void add(const plan::SelectionOutcome& made) {
    const auto is_same = [&](const plan::SelectionOutcome& one) { return one.key == made.key; };
    const bool is_known = std::any_of(state_.selections.begin(), state_.selections.end(), is_same) ||
                          std::any_of(found_.selections.begin(), found_.selections.end(), is_same);
    if (!is_known && !made.chosen.empty() && made.reason.empty()) found_.selections.push_back(made);
  }

  void compare(const TaskState& known, const ViewedTask& viewed) {
    const bool was_done = known.state == task::RunState::done;
    RecoveredTask task{known.task.id, viewed.form, {}, {}, {}, 0, 0, viewed.device, viewed.stopped};
    for (const metrics::Row& row : viewed.rows) {
      if (!has_row(known, row)) task.rows.push_back(row);
    }
    task.finished = file_of(known, known.finished, viewed.finished);
    task.predictions = file_of(known, known.predictions, viewed.predictions);
    const std::size_t files =
        (task.finished.artifact.empty() ? 0U : 1U) + (task.predictions.artifact.empty() ? 0U : 1U);
    if (was_done && task.rows.empty() && files == 0) return;
    task.seconds = std::max(0.0, viewed.seconds - known.seconds);
    task.epoch_images = std::max<std::int64_t>(0, viewed.epoch_images - known.epoch_images);
    found_.rows += task.rows.size();
    found_.files += files;
    found_.tasks.push_back(std::move(task));
  }

  /// The file that the view names, if the journal names none and it is whole.
  KeptFile file_of(const TaskState& task, const KeptFile& known, const ArtifactId& viewed) {
    if (viewed.empty() || !known.artifact.empty() || was_set_aside(viewed)) return {};
    const auto file = artifact_folder(out_) / (viewed.hex + ".safetensors");
    const auto lose = [&](const char* why) {
      found_.left.push_back(
          fmt::format("artifact {} of task {} {}", viewed.hex.substr(0, 8), task.task.id.brief(), why));
      return KeptFile{};
    };
    if (!std::filesystem::is_regular_file(file)) return lose("is gone");
    if (check_ == FileCheck::content && to_hex(sha256(os::MappedFile(file).bytes())) != viewed.hex) {
      return lose("holds other bytes than its name says");
    }
    return {viewed, task::probe_of(task.task) ? task::Moment{} : result_moment(task),
            static_cast<std::int64_t>(std::filesystem::file_size(file))};
  }

  bool was_set_aside(const ArtifactId& id) const {
    return std::any_of(state_.damaged.begin(), state_.damaged.end(),
                       [&](const DamagedFile& one) { return one.artifact == id.hex; });
  }

  const State& state_;
  const std::filesystem::path& out_;
  FileCheck check_;
  const std::function<bool(const TaskId&)>& wanted_;
  Recovery found_;
  std::set<TaskId> seen_, unlisted_;
};

struct Appender {
  JournalWriter& writer;
  State& state;

  template <class Record>
  void operator()(const Record& record) const {
    frame::TaggedWriter encoded;
    encoded.message(record);
    writer.append_payload(Record::kType, encoded.bytes());
    apply(state, Record::kType, version_of(Record::kType), encoded.bytes());
  }
};

/// The next attempt of the task: the scheduler numbers as this does, and may begin one in the same segment.
Fence next_fence(std::uint32_t segment, const TaskState& task) {
  return {segment, static_cast<std::uint32_t>(task.attempts.size()) + 1};
}

void append_task(const Appender& append, const RecoveredTask& one, double time) {
  TaskState& task = append.state.tasks.at(one.task);
  const Fence fence = next_fence(append.writer.segment(), task);
  const task::Moment end = end_of(task.task);
  append(AttemptRecord{fence, one.task, WorkerId{}, end, time});
  if (!one.rows.empty()) write_rows(append.state.evaluation_sets, fence, one.task, one.rows, append);
  const auto keep = [&](task::ArtifactKind kind, const KeptFile& file) {
    if (!file.artifact.empty()) append(CheckpointRecord{fence, one.task, kind, file.at, file.artifact, file.bytes});
  };
  keep(task::ArtifactKind::finished, one.finished);
  keep(task::ArtifactKind::predictions, one.predictions);
  append(EndedRecord{fence, one.task, task::RunState::done, "", one.seconds, one.epoch_images, one.device, time, false,
                     one.stopped});
  forget_missing_rows(task);
}

}  // namespace

Recovery find_recovery(const State& state, const std::filesystem::path& out, FileCheck check,
                       const std::function<bool(const TaskId&)>& wanted) {
  Search search(state, out, check, wanted);
  for (const auto& file : list_views(out)) search.read(file);
  return search.take();
}

std::string describe(const Recovery& recovery) {
  const auto selections = recovery.selections.size();
  return fmt::format(
      "{} rows and {} files of {} finished tasks{}", recovery.rows, recovery.files, recovery.tasks.size(),
      selections == 0 ? "" : fmt::format(", and {} selection{}", selections, selections == 1 ? "" : "s"));
}

void append_recovery(JournalWriter& writer, State& state, const Recovery& recovery, double time) {
  const Appender append{writer, state};
  for (const auto& made : recovery.selections) append(SelectionRecord{made});
  for (const RecoveredTask& one : recovery.tasks) append_task(append, one, time);
}

}  // namespace espalier::store
