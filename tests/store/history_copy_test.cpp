#include "store/merge/history_copy.hpp"

#include "store/merge_stores.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;
using task::RunState;

namespace {

/// The tasks 0 and 1, begun in the first segment and ended in the third.
class Source {
 public:
  Source() {
    auto writer = open();
    writer.append(TasksRecord{{some_task(0), some_task(1)}});
    writer.append(attempt_of(0, {1, 1}));
    rows(writer, 0, {1, 1}, 1, 5);
    writer.append(attempt_of(1, {1, 1}));
    writer.append(
        CheckpointRecord{{1, 1}, task_number(0), task::ArtifactKind::training, {1, 0}, {std::string(64, 'a')}, 3});
    writer.append(ended_of(0, {1, 1}, RunState::waiting, "stopped"));
    writer.commit();
    writer = open();
    writer.append(attempt_of(0, {2, 2}, {1, 0}));
    rows(writer, 0, {1, 1}, 2, 9);  // of an attempt that is over
    rows(writer, 0, {2, 2}, 2, 6);
    LostRecord lost;
    lost.worker = {1};
    lost.attempts = {{task_number(0), {2, 2}}, {task_number(1), {1, 1}}};
    lost.charged = true;
    writer.append(lost);
    writer.append(ended_of(0, {2, 3}, RunState::quarantined, "too often"));
    writer.append(GivenBackRecord{{task_number(0), task_number(1)}, {}, {}, 3});
    writer.commit();
    writer = open();
    writer.append(attempt_of(0, {3, 3}, {1, 0}));
    rows(writer, 0, {3, 3}, 2, 7);
    rows(writer, 0, {3, 3}, 3, 8);
    rows(writer, 0, {2, 2}, 3, 9);  // so is that one
    writer.append(ended_of(0, {3, 3}));
    writer.append(ended_of(1, {3, 2}, RunState::cancelled, "on request"));
    writer.commit();
    state = replay(out.path());
  }

  /// A state in which segment 9 holds what was copied of some tasks.
  State copied(const std::vector<int>& tasks, bool has_files = true) const {
    State target;
    // Other numbers of the same image sets.
    apply_rows(target, {1, 1}, 7, {row_at(1, metrics::Subset::valid)});
    target.dropped.clear();
    RecordBuffer write(target, 9);
    const FileProvider provide = [&](const ArtifactId&) { return has_files; };
    HistoryCopy copy(state, write, provide);
    for (const int n : tasks) copy.choose(task_number(n));
    each_record(out.path(), state.position,
                [&](RecordType type, std::string_view payload) { copy.take(type, payload); });
    return target;
  }

  Scratch out;
  State state;

 private:
  JournalWriter open() { return JournalWriter::open(out.path(), some_writer()); }
  void rows(JournalWriter& writer, int n, Fence fence, int epoch, std::int64_t top1) {
    testing::append_rows(writer, sets_, fence, task_number(n), {row_at(epoch, metrics::Subset::test, top1)});
  }
  EvaluationSets sets_;
};

}  // namespace

TEST_CASE("history copy: attempts, losses, ends and rows come out as they were, under fences of the new segment") {
  const Source source;

  State target = source.copied({0, 1});
  settle_dead(target);

  CHECK(target.dropped.empty());
  for (const int n : {0, 1}) {
    const TaskState &mine = task_in(target, n), &theirs = task_in(source.state, n);
    CHECK(mine.state == theirs.state);
    CHECK(mine.cause == theirs.cause);
    CHECK(mine.charged == theirs.charged);
    CHECK(mine.seconds == theirs.seconds);
    CHECK(mine.recorded == theirs.recorded);
    REQUIRE(mine.attempts.size() == theirs.attempts.size());
    for (std::size_t i = 0; i < mine.attempts.size(); ++i) {
      CHECK(mine.attempts[i].fence == Fence{9, static_cast<std::uint32_t>(i) + 1});
      CHECK(mine.attempts[i].outcome == theirs.attempts[i].outcome);
      CHECK(mine.attempts[i].resumed_from == theirs.attempts[i].resumed_from);
    }
    REQUIRE(mine.rows.size() == theirs.rows.size());
    for (std::size_t i = 0; i < mine.rows.size(); ++i) CHECK(mine.rows[i].row == theirs.rows[i].row);
  }
  CHECK(task_in(target, 0).rows[1].row.values.get(metrics::Metric::top1) == 7);
}

TEST_CASE("history copy: of tasks that were not chosen nothing comes") {
  const Source source;
  CHECK(source.copied({1}).tasks.size() == 1);
  CHECK(source.copied({}).tasks.empty());
}

TEST_CASE("history copy: a file that no task has any more is left out, as is one that cannot be had") {
  const Source source;
  CHECK(source.copied({0}).released.empty());
  CHECK(source.copied({0}, false).tasks.size() == 1);
}
