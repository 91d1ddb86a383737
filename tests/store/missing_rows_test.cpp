#include "store/missing_rows.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "espalier/store/recover.hpp"
#include "espalier/store/verify.hpp"
#include "store/record_frame.hpp"
#include "store/sample.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

/// Takes one whole record out of the first segment and rewrites nothing else.
void cut_out(const std::filesystem::path& out, int number) {
  const auto file = segment_file(out, 1);
  std::ifstream in(file, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  in.close();
  std::size_t at = 0;
  for (int n = 0; n < number; ++n) at += view_record(std::string_view(bytes).substr(at)).bytes;
  bytes.erase(at, view_record(std::string_view(bytes).substr(at)).bytes);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

/// A finished task whose rows are each a record, numbers 3 (with the image sets as 3, 4 to 6 the rows) and its end 7.
void write_task(const std::filesystem::path& out, bool one_group) {
  JournalWriter writer = JournalWriter::open(out, some_writer());
  const auto end_group = [&] {
    if (!one_group) writer.commit();
  };
  EvaluationSets sets;
  writer.append(TasksRecord{{some_task(0)}});
  writer.append(attempt_of(0, {1, 1}));
  end_group();
  for (int epoch = 1; epoch <= 3; ++epoch) {
    testing::append_rows(writer, sets, {1, 1}, task_number(0), {row_at(epoch)});
    end_group();
  }
  writer.append(ended_of(0, {1, 1}));
  writer.commit();
}

constexpr int kLastRows = 6;

bool verify_is_good(const Scratch& out) { return verify(out.path()).good(); }

}  // namespace

TEST_CASE(
    "missing rows: a record of rows that was cut out of one group is seen, and its evaluation counts as lacking") {
  Scratch out;
  write_task(out.path(), true);
  CHECK(replay(out.path()).dropped.empty());
  CHECK(verify_is_good(out));
  cut_out(out.path(), kLastRows);

  const State state = replay(out.path());

  REQUIRE(state.dropped.size() == 1);
  CHECK(state.dropped[0].kind == Dropped::Kind::missing_rows);
  CHECK_FALSE(is_damage(state.dropped[0]));
  CHECK(is_loss(state.dropped[0]));
  CHECK_THAT(state.dropped[0].text, Catch::Contains(task_number(0).brief()) && Catch::Contains("test"));
  const auto outcome = state.outcomes().at(task_number(0));
  CHECK(task::lacking(outcome.recorded, some_task(0).record).size() == 1);
  CHECK_FALSE(verify_is_good(out));
}

TEST_CASE("missing rows: a record that was cut out before a later group is damage") {
  Scratch out;
  write_task(out.path(), false);
  CHECK(replay(out.path()).dropped.empty());
  const int record = GENERATE(1, 2, 4, 5, kLastRows);
  cut_out(out.path(), record);

  const State state = replay(out.path());

  CAPTURE(record);
  CHECK(std::any_of(state.dropped.begin(), state.dropped.end(), [](const Dropped& one) {
    return one.kind == Dropped::Kind::lost_bytes && one.text.find("cut out") != std::string::npos;
  }));
}

TEST_CASE("missing rows: no-op tasks and smoke tests have none to miss") {
  State state;
  TaskState& task = state.tasks[task_number(0)];
  task.task = some_task(0);
  task.recorded = task.task.record;
  task.state = task::RunState::done;

  SECTION("no-op") { task.device = "no-op"; }
  SECTION("smoke") {
    task.rows.push_back({{1, 1}, row_at(0)});
    task.rows.back().row.step = 1;
  }
  note_missing_rows(state);

  CHECK(state.dropped.empty());
  CHECK(task.recorded == task.task.record);
}

TEST_CASE(
    "missing rows: a record of an epoch in between that was cut out of one group is seen, and repair recovers it") {
  Scratch out;
  write_task(out.path(), true);
  write_view(replay(out.path()), out.path());
  cut_out(out.path(), kLastRows - 1);

  State state = replay(out.path());

  REQUIRE(state.dropped.size() >= 1);
  CHECK_THAT(state.dropped.back().text, Catch::Contains("1 of 2 rows on test") && Catch::Contains("of epoch 2;"));
  CHECK_FALSE(verify_is_good(out));
  JournalWriter writer = JournalWriter::open(out.path(), some_writer());
  append_recovery(writer, state, find_recovery(state, out.path(), FileCheck::content), 30);
  writer.commit();
  const State after = replay(out.path());
  CHECK(after.tasks.at(task_number(0)).rows.size() == 3);
  for (const Dropped& one : after.dropped) CHECK(one.kind != Dropped::Kind::incomplete_curve);
}

namespace {

/// A task of nine epochs that is to be measured every second one, by attempts that began at these epochs.
struct Curve {
  State state;
  std::uint32_t attempts = 0;

  explicit Curve(std::int32_t every = 2) {
    TasksRecord tasks{{some_task(0)}};
    task::training(tasks.tasks[0]).length = {9, 0};
    tasks.tasks[0].record.evaluations[0].every = every;
    write(tasks);
  }
  template <class Record>
  void write(const Record& record) {
    apply(state, Record::kType, version_of(Record::kType), frame::to_tagged(record));
  }
  void attempt(std::int32_t from, std::initializer_list<int> measured) {
    write(attempt_of(0, {1, ++attempts}, {from, 0}));
    for (const int epoch : measured) apply_rows(state, {1, attempts}, 0, {row_at(epoch)});
  }
  std::vector<std::string> texts() {
    write(ended_of(0, {1, attempts}));
    note_missing_rows(state);
    std::vector<std::string> found;
    for (const Dropped& one : state.dropped) {
      if (one.kind == Dropped::Kind::incomplete_curve) found.push_back(one.text);
      CHECK(one.kind != Dropped::Kind::missing_rows);
    }
    return found;
  }
};

}  // namespace

TEST_CASE("missing rows: a curve lacks nothing where each epoch that was asked for has its row") {
  Curve curve(GENERATE(2, 4, 0));
  curve.attempt(0, {2, 4, 6});
  curve.attempt(6, {8, 9});
  CHECK(curve.texts().empty());
}

TEST_CASE("missing rows: rows of epochs in between that are gone are listed, and measured by nobody") {
  Curve curve;
  curve.attempt(0, {2});
  curve.attempt(6, {8, 9});

  const auto texts = curve.texts();

  REQUIRE(texts.size() == 1);
  CHECK_THAT(texts[0], Catch::Contains("curve incomplete: 2 of 4 rows on test") && Catch::Contains("of epochs 4 to 6"));
  const auto& task = curve.state.tasks.at(task_number(0));
  CHECK(task::lacking(task.recorded, task.task.record).empty());
  CHECK(is_loss(curve.state.dropped[0]));
  CHECK_FALSE(is_damage(curve.state.dropped[0]));
}

TEST_CASE("missing rows: epochs before an image set was asked for, or only measured at the end, do not count") {
  Curve curve;
  curve.state.tasks.at(task_number(0)).task.record.evaluations.clear();
  curve.attempt(0, {});
  curve.state.tasks.at(task_number(0)).task.record = some_task(0).record;
  curve.attempt(7, {8, 9});
  curve.attempt(9, {});  // measures the kept network
  CHECK(curve.texts().empty());
}

TEST_CASE("missing rows: where records were lost, an attempt that went on had one before it") {
  Curve curve;
  curve.attempt(5, {6, 8, 9});
  SECTION("a whole journal") { CHECK(curve.texts().empty()); }
  SECTION("accepted damage") {
    curve.state.accepted_damage = {"segment 1 is gone"};
    CHECK_THAT(curve.texts().at(0), Catch::Contains("of epochs 2 to 4"));
  }
  SECTION("damage") {
    curve.state.dropped.push_back({Dropped::Kind::lost_segment, "segment 1 is gone"});
    CHECK(curve.texts().size() == 1);
  }
}

TEST_CASE(
    "missing rows: a curve by steps lacks nothing where each of them has its row, and names those that are gone") {
  Curve curve(0);
  auto& task = curve.state.tasks.at(task_number(0)).task;
  task.images = 30;
  task::training(task).batch = 10;  // three steps an epoch, 27 in all
  task.record.evaluations[0].every_steps = 4;
  curve.write(attempt_of(0, {1, ++curve.attempts}, {}));
  const bool is_whole = GENERATE(true, false);
  for (const int step : {4, 8, 12, 16, 20, 24}) {
    auto row = row_at(step / 3);
    row.step = step % 3;
    if (is_whole || (step != 8 && step != 12)) apply_rows(curve.state, {1, curve.attempts}, 0, {row});
  }
  apply_rows(curve.state, {1, curve.attempts}, 0, {row_at(9)});

  const auto texts = curve.texts();

  CHECK(texts.empty() == is_whole);
  if (!is_whole) CHECK_THAT(texts.at(0), Catch::Contains("2 of 6 rows on test") && Catch::Contains("of steps 8 to 12"));
}
