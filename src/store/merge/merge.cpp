// Turns what is taken of each source into records of one segment, brings the files, and puts the segment in place.
#include "espalier/store/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "store/merge/history_copy.hpp"
#include "store/merge/merge_files.hpp"
#include "store/merge/record_buffer.hpp"
#include "store/proof.hpp"
#include "store/segment.hpp"
#include "store/whole_segment.hpp"

namespace espalier::store {

namespace {

constexpr std::size_t kChunk = 1000;  ///< runs or tasks per record

/// Calls `write` with pieces of `items`.
template <class Item, class Write>
void in_chunks(const std::vector<Item>& items, const Write& write) {
  for (std::size_t begin = 0; begin < items.size(); begin += kChunk) {
    const auto first = items.begin() + static_cast<std::ptrdiff_t>(begin);
    write(std::vector<Item>(first, first + static_cast<std::ptrdiff_t>(std::min(kChunk, items.size() - begin))));
  }
}

task::Moment end_of(const task::Task& task) {
  return task::probe_of(task) ? task::Moment{} : task::training(task).length;
}

bool has_row(const TaskState& task, const metrics::Row& wanted) {
  return std::any_of(task.rows.begin(), task.rows.end(), [&](const CurrentRow& one) {
    return one.row.epoch == wanted.epoch && one.row.step == wanted.step && one.row.subset == wanted.subset &&
           one.row.set == wanted.set;
  });
}

/// Writes what one source gives.
class Taker {
 public:
  Taker(RecordBuffer& write, const MergeSource& from, const Joining& joining, FileProvider provide, double time)
      : write_(write), from_(from), joining_(joining), provide_(std::move(provide)), time_(time) {}

  void take() {
    if (joining_.is_first) write_(from_.state.study);
    if (!joining_.damage.empty()) write_(LossAcceptedRecord{joining_.damage, time_});
    if (!joining_.catalog.empty()) write_(CatalogRecord{joining_.catalog});
    reopen();
    take_plans();
    copy_histories();
    for (const TakenTask& one : joining_.tasks) {
      if (one.taking == Taking::rest) add_rest(one.task);
    }
    in_chunks(joining_.asked_more, [&](auto tasks) { write_(TasksRecord{std::move(tasks)}); });
    in_chunks(joining_.runs, [&](auto runs) { write_(RunsRecord{false, std::move(runs)}); });
    if (!joining_.cancelled.empty()) write_(CancelledRecord{joining_.cancelled, time_});
    for (const auto& made : joining_.selections) write_(SelectionRecord{made});
    for (const auto& text : joining_.warnings) write_(WarningRecord{text});
    note_origin();
  }

 private:
  /// What had failed here gets a full budget, and no charges beside those that its records bring.
  void reopen() {
    if (joining_.reopened.empty() && joining_.forgotten.empty()) return;
    write_(GivenBackRecord{joining_.reopened, {}, joining_.forgotten, time_});
  }

  void take_plans() {
    std::vector<task::Task> listed;
    for (const TakenTask& one : joining_.tasks) {
      if (one.taking == Taking::plan) listed.push_back(from_.state.tasks.at(one.task).task);
    }
    in_chunks(listed, [&](auto tasks) { write_(TasksRecord{std::move(tasks)}); });
  }

  void copy_histories() {
    HistoryCopy copy(from_.state, write_, provide_);
    bool is_any = false;
    for (const TakenTask& one : joining_.tasks) {
      if (one.taking != Taking::history) continue;
      copy.choose(one.task);
      is_any = true;
    }
    if (!is_any) return;
    each_record(from_.directory, from_.state.position,
                [&](RecordType type, std::string_view payload) { copy.take(type, payload); });
  }

  /// An attempt that begins at the end, as one that only measures: what was recorded before stays.
  void add_rest(const TaskId& id) {
    const TaskState& offered = from_.state.tasks.at(id);
    const TaskState& known = write_.state().tasks.at(id);
    const Fence fence{write_.segment(), static_cast<std::uint32_t>(known.attempts.size()) + 1};
    const task::Task listed = known.task;
    std::vector<metrics::Row> rows;
    for (const CurrentRow& one : offered.rows) {
      if (!has_row(known, one.row)) rows.push_back(one.row);
    }
    const bool lacks_network = known.finished.artifact.empty(), lacks_predictions = known.predictions.artifact.empty();
    task::Task asked = listed;
    asked.record.evaluations = offered.recorded.evaluations;
    write_(TasksRecord{{asked}});
    write_(AttemptRecord{fence, id, WorkerId{}, end_of(listed), time_});
    if (!rows.empty()) write_rows(write_.state().evaluation_sets, fence, id, rows, std::ref(write_));
    const auto keep = [&](task::ArtifactKind kind, const KeptFile& file) {
      if (!file.artifact.empty() && provide_(file.artifact))
        write_(CheckpointRecord{fence, id, kind, file.at, file.artifact, file.bytes});
    };
    if (lacks_network) keep(task::ArtifactKind::finished, offered.finished);
    if (lacks_predictions) keep(task::ArtifactKind::predictions, offered.predictions);
    write_(EndedRecord{fence, id, task::RunState::done, "", 0, 0, "", time_});
    write_(TasksRecord{{listed}});
  }

  void note_origin() {
    std::vector<TaskId> taken;
    for (const TakenTask& one : joining_.tasks) {
      if (one.taking != Taking::plan) taken.push_back(one.task);
    }
    for (MergedRecord earlier : from_.state.merged) pass_on(std::move(earlier), taken);
    MergedRecord own;
    own.source = from_.directory.string();
    own.study = to_hex(sha256(from_.state.study.text));
    own.segments = from_.state.segments;
    own.workers = from_.state.study.workers;
    own.threads = from_.state.study.threads;
    own.time = time_;
    // What it had from elsewhere has a record already.
    std::copy_if(taken.begin(), taken.end(), std::back_inserter(own.tasks),
                 [&](const TaskId& task) { return !origin_of(from_.state, task); });
    write_(own);
  }

  /// Of what the source itself had from other stores.
  void pass_on(MergedRecord earlier, const std::vector<TaskId>& taken) {
    std::erase_if(earlier.tasks,
                  [&](const TaskId& task) { return !std::binary_search(taken.begin(), taken.end(), task); });
    if (earlier.tasks.empty()) return;
    earlier.through = from_.directory.string();
    write_(earlier);
  }

  RecordBuffer& write_;
  const MergeSource& from_;
  const Joining& joining_;
  FileProvider provide_;
  double time_;
};

std::uint32_t next_segment(const std::filesystem::path& out) {
  const auto numbers = list_segments(out);
  return numbers.empty() ? 1 : numbers.back() + 1;
}

/// Tasks that were given up for the sake of inputs which are done or open by now.
std::vector<TaskId> wrongly_aborted(const State& state) {
  std::unordered_set<TaskId> found;
  const auto has_failed = [&](const task::Input& input) {
    const auto source = state.tasks.find(input.task);
    if (source == state.tasks.end() || found.contains(input.task)) return false;
    return is_final(source->second.state) && source->second.state != task::RunState::done;
  };
  for (bool has_grown = true; has_grown;) {
    has_grown = false;
    for (const auto& [id, task] : state.tasks) {
      if (task.state != task::RunState::aborted || found.contains(id)) continue;
      const auto& inputs = task.task.inputs;
      if (inputs.empty() || std::any_of(inputs.begin(), inputs.end(), has_failed)) continue;
      has_grown = found.insert(id).second;
    }
  }
  std::vector<TaskId> sorted(found.begin(), found.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace

struct Merge::Impl {
  Impl(std::filesystem::path folder, State into)
      : out(std::move(folder)),
        state(std::move(into)),
        first(next_segment(out)),
        buffer(state, first + 1),
        files(out) {}

  std::filesystem::path out;
  State state;
  std::uint32_t first;  ///< the segment that stops older writers; that of the records follows it
  RecordBuffer buffer;
  MergeFiles files;
};

Merge::Merge(std::filesystem::path out, State into) : impl_(std::make_unique<Impl>(std::move(out), std::move(into))) {
  settle_dead(impl_->state);
}
Merge::Merge(Merge&&) noexcept = default;
Merge& Merge::operator=(Merge&&) noexcept = default;
Merge::~Merge() = default;

const State& Merge::state() const { return impl_->state; }

MergedSource Merge::add(MergeSource source, double time) {
  MergedSource result;
  result.lost_files = impl_->files.look_into(source.directory, source.state);
  result.joining = join(impl_->state, impl_->out.string(), source);
  for (const TakenTask& one : result.joining.tasks) {
    result.plans += one.taking == Taking::plan;
    result.histories += one.taking == Taking::history;
    result.rests += one.taking == Taking::rest;
  }
  if (result.joining.is_empty()) return result;
  const auto provide = [&](const ArtifactId& artifact) { return impl_->files.provide(artifact, result.lost_files); };
  Taker(impl_->buffer, source, result.joining, provide, time).take();
  if (const auto aborted = wrongly_aborted(impl_->state); !aborted.empty())
    impl_->buffer(GivenBackRecord{aborted, {}, {}, time});
  settle_dead(impl_->state);
  return result;
}

bool Merge::finish(const WriterIdentity& who, std::int32_t exit_code, double time) {
  remove_unplaced_segments(impl_->out);
  const bool is_new = !impl_->buffer.empty();
  if (is_new) {
    const auto writer = JournalWriter::open(impl_->out, who);
    if (writer.segment() != impl_->first) {
      throw Error(fmt::format("'{}' is now written by another process", impl_->out.string()),
                  fmt::format("journal segment {} was begun", impl_->first), "Nothing was merged.");
    }
    if (const auto& tail = writer.torn_tail(); !tail.empty())
      impl_->buffer(WarningRecord{"merge went on before a torn tail: the journal's " + tail});
    impl_->buffer(FinishedRecord{exit_code, time});
    impl_->files.bring(impl_->first);
    put_whole_segment(impl_->out, writer, impl_->buffer.records());
  }
  complete_moves(impl_->out, impl_->state);
  if (is_new) clear_unfinished(impl_->out, impl_->first);
  return is_new;
}

bool is_view_current(const State& state, const std::filesystem::path& out) {
  return position_of_view(out) == state.position;
}

}  // namespace espalier::store
