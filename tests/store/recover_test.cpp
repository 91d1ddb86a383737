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
  CHECK(found.left[0] == "4 finished tasks are in no record any more: only results.h5 has their rows");
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
