#include "espalier/store/recover.hpp"

#include <catch2/catch.hpp>

#include "espalier/core/errors.hpp"
#include "store/record_frame.hpp"
#include "store/sample.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

/// Cuts the first segment off behind its nth record: what `results.h5` was made from is gone then.
void cut_behind(const std::filesystem::path& out, int records) {
  const auto file = segment_file(out, 1);
  std::ifstream in(file, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  std::size_t length = 0;
  for (int n = 0; n < records; ++n) length += view_record(std::string_view(whole).substr(length)).bytes;
  std::filesystem::resize_file(file, length);
}

constexpr int kPlan = 4;  // records of the sample: segment start, study, tasks, runs

Recovery find(const Scratch& out) { return find_recovery(replay(out.path()), out.path(), FileCheck::content); }

State recover(const Scratch& out) {
  State state = replay(out.path());
  const Recovery recovery = find(out);
  JournalWriter writer = JournalWriter::open(out.path(), some_writer());
  append_recovery(writer, state, recovery, 30);
  writer.commit();
  return replay(out.path());
}

std::vector<metrics::Row> rows_of(const State& state, int n) {
  std::vector<metrics::Row> rows;
  for (const CurrentRow& one : state.tasks.at(task_number(n)).rows) rows.push_back(one.row);
  return rows;
}

}  // namespace

TEST_CASE("recover: finished tasks get back rows, networks and costs that the journal has lost") {
  Sample sample;
  const State before = replay(sample.out.path());
  const int kept = GENERATE(4, 5, 7, 13, 19);  // the plan, and of its tasks nothing, parts or all
  cut_behind(sample.out.path(), kept);
  REQUIRE(replay(sample.out.path()).tasks.at(task_number(2)).rows.empty());

  const State after = recover(sample.out);

  for (const int n : {0, 1, 2, 9}) {
    CAPTURE(kept, n);
    const TaskState &then = before.tasks.at(task_number(n)), &now = after.tasks.at(task_number(n));
    CHECK(rows_of(after, n) == rows_of(before, n));
    CHECK(now.state == task::RunState::done);
    CHECK(now.recorded == then.recorded);
    CHECK(now.finished.artifact == then.finished.artifact);
    CHECK(now.finished.bytes == then.finished.bytes);
    CHECK(now.seconds == then.seconds);
    CHECK(now.epoch_images == then.epoch_images);
    CHECK(now.device == then.device);
  }
  CHECK(after.tasks.at(task_number(3)).state != task::RunState::done);  // it had failed: `run` tries it again
}

TEST_CASE("recover: what was recovered is not recovered again, and a whole journal lacks nothing") {
  Sample sample;
  CHECK(find(sample.out).tasks.empty());
  cut_behind(sample.out.path(), kPlan);
  const Recovery first = find(sample.out);
  CHECK(first.tasks.size() == 4);
  CHECK(first.files == 1);
  CHECK(describe(first) == "24 rows and 1 files of 4 finished tasks");

  recover(sample.out);

  const Recovery second = find(sample.out);
  CHECK(second.tasks.empty());
  CHECK(second.left.empty());
}

TEST_CASE("recover: a network that is gone or damaged is named and not recovered; its task's rows are") {
  Sample sample;
  cut_behind(sample.out.path(), kPlan);
  const auto artifact = std::filesystem::directory_iterator(sample.out.path() / "artifacts")->path();
  std::string why;

  SECTION("gone") {
    std::filesystem::remove(artifact);
    why = "is gone";
  }
  SECTION("damaged") {
    std::ofstream(artifact) << "veights";
    why = "holds other bytes";
  }

  const Recovery found = find(sample.out);

  CHECK(found.tasks.size() == 4);
  CHECK(found.files == 0);
  REQUIRE(found.left.size() == 1);
  CHECK_THAT(found.left[0], Catch::Contains(artifact.stem().string().substr(0, 8)) && Catch::Contains(why));
}

TEST_CASE("recover: tasks that no record lists stay in the view, also in one that was kept under another name") {
  Sample sample;
  cut_behind(sample.out.path(), 2);

  const Recovery found = find(sample.out);

  CHECK(found.tasks.empty());
  REQUIRE(found.left.size() == 1);
  CHECK(found.left[0] ==
        "4 finished tasks are in no record any more: 'run' takes them back from results.h5 when it plans them again");
  CHECK(found.unlisted == 4);
  const auto kept = keep_view(sample.out.path());
  REQUIRE(kept);
  std::filesystem::remove(sample.out.path() / "results.h5");
  CHECK_THAT(find(sample.out).left.at(0), Catch::Contains(kept->filename().string()));
}

TEST_CASE("recover: a task that a later launch works on again is left to it") {
  Sample sample;
  cut_behind(sample.out.path(), kPlan);
  {
    JournalWriter writer = JournalWriter::open(sample.out.path(), some_writer());
    writer.append(attempt_of(1, {2, 1}));
    writer.commit();
  }

  const Recovery found = find(sample.out);

  CHECK(found.tasks.size() == 3);
  for (const RecoveredTask& one : found.tasks) CHECK(one.task != task_number(1));
}

TEST_CASE("recover: a view that cannot be read is named") {
  Sample sample;
  cut_behind(sample.out.path(), kPlan);
  std::ofstream(sample.out.path() / "results.h5") << "no view";

  const Recovery found = find(sample.out);

  CHECK(found.tasks.empty());
  REQUIRE(found.left.size() == 1);
  CHECK_THAT(found.left[0], Catch::Contains("'results.h5' cannot be read"));
}

TEST_CASE("recover: the refusal of a damaged journal says what repair would recover") {
  Sample sample;
  cut_behind(sample.out.path(), kPlan);

  CHECK_THROWS_WITH(refuse_damage(replay(sample.out.path()), sample.out.path()),
                    Catch::Contains("results.h5 was made from") && Catch::Contains("espalier repair") &&
                        Catch::Contains("24 rows and 1 files of 4 finished tasks") &&
                        Catch::Contains("--accept-loss") && Catch::Contains("Nothing was changed"));
}

TEST_CASE("recover: tasks that a new plan lists again are taken back, in attempts that a later one can follow") {
  Sample sample;
  cut_behind(sample.out.path(), 2);
  State state = replay(sample.out.path());
  JournalWriter writer = JournalWriter::open(sample.out.path(), some_writer());
  const TasksRecord listed{{some_task(1), some_task(2), some_task(9)}};
  writer.append(listed);
  apply(state, TasksRecord::kType, 1, frame::to_tagged(listed));
  const auto is_wanted = [](const TaskId& id) { return id != task_number(2); };

  const Recovery found = find_recovery(state, sample.out.path(), FileCheck::content, is_wanted);
  append_recovery(writer, state, found, 30);
  writer.append(attempt_of(9, {writer.segment(), 2}));
  writer.commit();

  CHECK(found.tasks.size() == 2);
  const State after = replay(sample.out.path());
  CHECK(rows_of(after, 1).size() == 6);
  CHECK(after.tasks.at(task_number(1)).state == task::RunState::done);
  CHECK(after.tasks.at(task_number(2)).rows.empty());
  CHECK(after.tasks.at(task_number(9)).attempts.size() == 2);
  CHECK(rows_of(state, 1) == rows_of(after, 1));
}

TEST_CASE("recover: a task counts as lacking what the view has no row of") {
  Sample sample;
  cut_behind(sample.out.path(), 2);
  State state = replay(sample.out.path());
  JournalWriter writer = JournalWriter::open(sample.out.path(), some_writer());
  TasksRecord listed{{some_task(1)}};
  listed.tasks[0].record = testing::made_record({metrics::Subset::valid, metrics::Subset::test});
  apply(state, TasksRecord::kType, 1, frame::to_tagged(listed));

  append_recovery(writer, state, find_recovery(state, sample.out.path(), FileCheck::content), 30);

  const auto& recorded = state.tasks.at(task_number(1)).recorded.evaluations;
  REQUIRE(recorded.size() == 1);
  CHECK(recorded[0].name == metrics::Subset::test);
}

TEST_CASE("recover: selections that were made come back, others are made anew") {
  Scratch out;
  write_sample(out.path());
  State state = replay(out.path());
  state.selections.clear();
  const auto add = [&](const std::string& key, const std::string& chosen, const std::string& reason = "") {
    plan::SelectionOutcome made{key, "optimum", {{"per_class", "8"}}, "valid.top1", {}, reason, {}};
    if (!chosen.empty()) made.chosen = {{"transferred", chosen}};
    made.candidates.resize(2);
    made.candidates[0].values = {{"transferred", "2"}};
    made.candidates[0].mean = 0.1;
    made.candidates[0].wins = 3;
    made.candidates[1].values = {{"transferred", "1"}, {"case", "optimal"}};
    made.candidates[1].indistinguishable = true;
    state.selections.push_back(made);
  };
  add("made", "2");
  add("never compared", "7");
  add("impossible", "", "every run failed");
  add("ambiguous", "2,case=optimal");
  write_view(state, out.path());
  State lost = replay(out.path());
  lost.selections.clear();

  const Recovery found = find_recovery(lost, out.path(), FileCheck::content);

  REQUIRE(found.selections.size() == 1);
  CHECK(frame::to_tagged(found.selections[0]) == frame::to_tagged(state.selections[0]));
  CHECK(describe(found) == "0 rows and 0 files of 0 finished tasks, and 1 selection");
  JournalWriter writer = JournalWriter::open(out.path(), some_writer());
  append_recovery(writer, lost, found, 30);
  CHECK(lost.selections.size() == 1);
  CHECK(find_recovery(lost, out.path(), FileCheck::content).empty());
}
