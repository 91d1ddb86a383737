#include "espalier/store/merge.hpp"

#include <rapidcheck.h>

#include "store/merge_stores.hpp"

using namespace espalier;
using namespace espalier::store;
using task::RunState;

TEST_CASE("merge: a new store has the runs, tasks, rows and files of all sources, and says where they came from") {
  Known lost = kDone;
  lost.losses = 2;
  Stores stores({{{0, done_with("weights")}, {1, lost}}, {{0, done_with("weights")}, {2, kDone}, {3, {}}}});
  const auto before = files_in(stores.folder.path());

  const Outcome outcome = merge_into(stores.out(), stores.names);

  const State state = replay(stores.out());
  CHECK(outcome.conflicts().empty());
  CHECK(state.dropped.empty());
  CHECK(state.runs.size() == 6);
  CHECK(state.tasks.size() == 4);
  for (const int n : {0, 1, 2}) CHECK(task_in(state, n).state == RunState::done);
  CHECK(task_in(state, 3).state == RunState::waiting);
  CHECK(task_in(state, 1).attempts.size() == 3);
  CHECK(task_in(state, 1).attempts[0].log_tail == "tail");
  CHECK(task_in(state, 1).charged == 2);
  CHECK(task_in(state, 1).attempts.back().worker == WorkerId{1});
  CHECK(task_in(state, 2).rows.size() == 6);
  CHECK(task_in(state, 0).finished.artifact == put_artifact(stores.folder.path() / "x", "weights"));
  CHECK(std::filesystem::exists(artifact_folder(stores.out()) /
                                (task_in(state, 0).finished.artifact.hex + ".safetensors")));
  REQUIRE(state.merged.size() == 2);
  CHECK(origin_of(state, task_number(0))->source == stores.names[0].string());
  CHECK(origin_of(state, task_number(2))->source == stores.names[1].string());
  CHECK(origin_of(state, task_number(2))->segments.at(0).job == "job-b");
  CHECK(origin_of(state, task_number(3)) == nullptr);
  CHECK(problems_of(stores.out()).empty());
  CHECK_FALSE(std::filesystem::exists(stores.out() / "tmp"));
  for (const auto& [file, bytes] : before) CHECK(files_in(stores.folder.path()).at(file) == bytes);
}

TEST_CASE("merge: a second merge of the same stores writes nothing") {
  Stores stores({{{0, done_with("weights")}, {1, kDone}}, {{0, kDone}, {2, {RunState::failed}}, {4, {}}}});
  CHECK(merge_into(stores.out(), stores.names).is_written);
  const auto before = files_in(stores.out());

  const Outcome again = merge_into(stores.out(), stores.names);

  CHECK_FALSE(again.is_written);
  for (const auto& one : again.sources) CHECK(one.joining.is_empty());
  CHECK(files_in(stores.out()) == before);
}

TEST_CASE("merge: charges of a task that is taken up again are those of the store it is taken from") {
  Known charged{RunState::quarantined, 1, 5, "", "", 3, 2}, done = kDone;
  done.losses = 1;
  Stores stores({{{0, charged}}, {{0, done}}});
  merge_into(stores.out(), stores.names);
  CHECK(task_in(replay(stores.out()), 0).charged == 1);
}

TEST_CASE("merge: tasks that were given up for a source wait again where another store has that source") {
  Stores stores({{{0, {RunState::failed}}, {1, {RunState::aborted}}}, {{0, done_with("weights")}}});
  const bool is_reversed = GENERATE(false, true);
  if (is_reversed) std::swap(stores.names[0], stores.names[1]);

  merge_into(stores.out(), stores.names);

  CHECK(task_in(replay(stores.out()), 1).state == RunState::waiting);
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: rows and networks that only another store has of a done task are added") {
  Stores stores({{{0, kDone}}, {{0, done_with("weights")}}});
  {
    JournalWriter writer = JournalWriter::open(stores.names[1], some_writer());
    EvaluationSets sets = replay(stores.names[1]).evaluation_sets;
    TasksRecord asked{{some_task(0)}};
    asked.tasks[0].record = testing::made_record({metrics::Subset::test, metrics::Subset::valid});
    writer.append(asked);
    writer.append(attempt_of(0, {2, 1}, {3, 0}));
    testing::append_rows(writer, sets, {2, 1}, task_number(0), {row_at(3, metrics::Subset::valid)});
    writer.append(ended_of(0, {2, 1}));
    writer.commit();
  }

  const Outcome outcome = merge_into(stores.out(), stores.names);

  CHECK(outcome.sources[1].rests == 1);
  const State state = replay(stores.out());
  CHECK(task_in(state, 0).rows.size() == 7);
  CHECK(task_in(state, 0).recorded.evaluations.size() == 2);
  CHECK(task_in(state, 0).task.record.evaluations.size() == 2);
  CHECK_FALSE(task_in(state, 0).finished.artifact.empty());
  CHECK(problems_of(stores.out()).empty());
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: a file that is gone or damaged in a source is named and not taken; its task's rows are") {
  Stores stores({{{0, done_with("weights")}}});
  const auto file = std::filesystem::directory_iterator(artifact_folder(stores.names[0]))->path();
  SECTION("gone") { std::filesystem::remove(file); }
  SECTION("damaged") { std::ofstream(file) << "veights"; }

  const Outcome outcome = merge_into(stores.out(), stores.names);

  REQUIRE(outcome.sources[0].lost_files.size() == 1);
  const State state = replay(stores.out());
  CHECK(task_in(state, 0).state == RunState::done);
  CHECK(task_in(state, 0).finished.artifact.empty());
  CHECK(task_in(state, 0).rows.size() == 6);
  CHECK(problems_of(stores.out()).empty());
}

TEST_CASE("merge: stores that are merges themselves pass on where the work was done") {
  Stores stores({{{0, kDone}}, {{1, kDone}}});
  merge_into(stores.out("middle"), {stores.names[0]});
  merge_into(stores.out(), {stores.out("middle"), stores.names[1]});

  const State state = replay(stores.out());
  CHECK(origin_of(state, task_number(0))->source == stores.names[0].string());
  CHECK(origin_of(state, task_number(0))->through == stores.out("middle").string());
  CHECK(origin_of(state, task_number(1))->through.empty());
}

TEST_CASE("merge: damage that was accepted in a source is told of the target, once") {
  Stores stores({{{0, kDone}}});
  {
    JournalWriter writer = JournalWriter::open(stores.names[0], some_writer());
    writer.append(LossAcceptedRecord{{"segment 9 is gone"}, 7});
    writer.commit();
  }
  merge_into(stores.out(), stores.names);
  CHECK(replay(stores.out()).accepted_damage ==
        std::vector<std::string>{stores.names[0].string() + ": segment 9 is gone"});
  CHECK_FALSE(merge_into(stores.out(), stores.names).is_written);
}

TEST_CASE("merge: a launch that began meanwhile is not overwritten") {
  Stores stores({{{0, kDone}}});
  Merge merge(stores.out(), replay(stores.out()));
  merge.add({stores.names[0], replay(stores.names[0]), false}, 60);
  {
    JournalWriter::open(stores.out(), some_writer());
  }

  CHECK_THROWS_WITH(merge.finish(some_writer(), 0, 70), Catch::Contains("written by another process"));

  CHECK(replay(stores.out()).tasks.empty());
}

TEST_CASE("merge: joined at once, one by one or by way of another store, the content is the same") {
  REQUIRE(rc::check("of stores whose values agree", [] {
    const std::vector<Known> kinds = {kDone, done_with("weights"),         {RunState::failed}, {RunState::quarantined},
                                      {},    {{}, 1, 5, "", "saved", 2, 1}};
    std::vector<Tasks> all(static_cast<std::size_t>(*rc::gen::inRange(2, 4)));
    for (Tasks& tasks : all) {
      for (int n = 0; n < 6; ++n) {
        if (*rc::gen::inRange(0, 3) > 0) tasks[n] = *rc::gen::elementOf(kinds);
      }
    }
    Stores stores(all);

    merge_into(stores.out(), stores.names);
    for (const auto& one : stores.names) merge_into(stores.out("steps"), {one});
    merge_into(stores.out("middle"), {stores.names[0]});
    auto with_middle = stores.names;
    with_middle[0] = stores.out("middle");
    merge_into(stores.out("passed-on"), with_middle);

    RC_ASSERT(content_of(stores.out("steps")) == content_of(stores.out()));
    RC_ASSERT(content_of(stores.out("passed-on")) == content_of(stores.out()));
    RC_ASSERT(problems_of(stores.out()).empty());
    RC_ASSERT(!merge_into(stores.out(), stores.names).is_written);
    std::reverse(stores.names.begin(), stores.names.end());
    merge_into(stores.out("reversed"), stores.names);
    const State state = replay(stores.out()), reversed = replay(stores.out("reversed"));
    RC_ASSERT(reversed.tasks.size() == state.tasks.size());
    for (const auto& [id, task] : state.tasks) {
      const TaskState& other = reversed.tasks.at(id);
      RC_ASSERT((other.state == RunState::done) == (task.state == RunState::done));
      RC_ASSERT(other.finished.artifact == task.finished.artifact);
      RC_ASSERT(other.training.artifact == task.training.artifact);
    }
  }));
}
