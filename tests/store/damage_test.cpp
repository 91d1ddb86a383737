// Whatever stands in the files, replay gives a state and says what it left out.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "espalier/core/seed.hpp"
#include "espalier/store/journal.hpp"
#include "store/scratch.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

/// A segment with a task, an attempt and `rows` epochs of rows, each its own record.
void write_session(const std::filesystem::path& out, int rows) {
  JournalWriter writer = JournalWriter::open(out, some_writer());
  writer.append(TasksRecord{{some_task(0)}});
  writer.append(attempt_of(0, {1, 1}));
  for (int epoch = 1; epoch <= rows; ++epoch) writer.append(RowsRecord{{1, 1}, task_number(0), {row_at(epoch)}});
  writer.commit();
}

std::size_t rows_in(const State& state) {
  const auto found = state.tasks.find(task_number(0));
  return found == state.tasks.end() ? 0 : found->second.rows.size();
}

}  // namespace

TEST_CASE("damage: a journal cut off anywhere gives a prefix of its records") {
  Scratch out;
  write_session(out.path(), 20);
  const auto file = segment_file(out.path(), 1);
  const std::string whole = read(file);
  const std::uint64_t all = replay(out.path()).records;

  std::uint64_t before = all;
  for (std::size_t length = whole.size(); length-- > 0;) {
    std::filesystem::resize_file(file, length);
    const State state = replay(out.path());
    REQUIRE(state.records <= before);
    REQUIRE(before - state.records <= 1);
    REQUIRE((state.records < 4 ? 0 : state.records - 3) == rows_in(state));
    before = state.records;
  }
  CHECK(before == 0);
}

TEST_CASE("damage: random bytes never crash replay, and what is left is said") {
  Scratch out;
  write_session(out.path(), 40);
  write_session(out.path(), 1);
  const auto file = segment_file(out.path(), 1);
  const std::string whole = read(file);
  SplitMix64 random(20190);

  for (int round = 0; round < 500; ++round) {
    std::string bytes = whole;
    for (auto n = 1 + random.below(4); n > 0; --n)
      bytes[random.below(bytes.size())] ^= static_cast<char>(1 + random.below(255));
    write(file, bytes);
    const State state = replay(out.path());
    REQUIRE_FALSE(state.dropped.empty());
    REQUIRE(rows_in(state) <= 41);
    REQUIRE(state.segments.back().segment == 2);
  }
}

TEST_CASE("damage: records that another program would write are counted, however they are framed") {
  Scratch out;
  JournalWriter::open(out.path(), some_writer());
  SplitMix64 random(7);
  std::string bytes;
  for (int record = 0; record < 2000; ++record) {
    std::string payload;
    for (auto n = random.below(60); n > 0; --n) payload += static_cast<char>(random.next());
    bytes += frame::encode(static_cast<std::uint16_t>(random.below(16)), payload);
  }
  std::ofstream(segment_file(out.path(), 1), std::ios::app | std::ios::binary) << bytes;

  const State state = replay(out.path());

  CHECK(state.records == 2001);
  CHECK(state.dropped.size() < 100);
}

TEST_CASE("damage: a damaged segment costs its own tail, not the segments after it") {
  Scratch out;
  write_session(out.path(), 40);
  {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(WarningRecord{"kept"});
    writer.commit();
  }
  const auto file = segment_file(out.path(), 1);
  std::string bytes = read(file);
  bytes[bytes.size() / 2] ^= 1;
  write(file, bytes);

  const State state = replay(out.path());

  CHECK(state.warnings == std::vector<std::string>{"kept"});
  CHECK(rows_in(state) > 0);
  CHECK(rows_in(state) < 40);
  REQUIRE(state.dropped.size() == 1);
  CHECK_THAT(state.dropped[0], Catch::Contains("segment 1, byte ") && Catch::Contains("that count are lost"));
}

TEST_CASE("damage: a lost or headless segment in the middle costs itself, not the history before it") {
  Scratch out;
  for (const char* text : {"one", "two", "three"}) {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(WarningRecord{text});
    writer.commit();
  }

  SECTION("its first record is damaged") { write(segment_file(out.path(), 2), "nothing of ours"); }
  SECTION("it is gone") { std::filesystem::remove(segment_file(out.path(), 2)); }

  CHECK(replay(out.path()).warnings == std::vector<std::string>{"one", "three"});
}
