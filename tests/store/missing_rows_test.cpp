#include "store/missing_rows.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

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
