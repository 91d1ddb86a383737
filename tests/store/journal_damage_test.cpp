// Whatever stands in the files, replay gives a state and says what it left out.
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "espalier/core/seed.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/layout.hpp"
#include "store/record_frame.hpp"
#include "store/scratch.hpp"
#include "store/segment.hpp"
#include "support/journal_of.hpp"

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
  EvaluationSets sets;
  for (int epoch = 1; epoch <= rows; ++epoch)
    testing::append_rows(writer, sets, {1, 1}, task_number(0), {row_at(epoch)});
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
    REQUIRE((state.records < 5 ? 0 : state.records - 4) == rows_in(state));  // start, task, attempt, image set
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
    bytes.replace(4, 2, whole, 4, 2);  // another format is refused, not read
    if (bytes == whole) continue;      // only the format was hit, and put back
    write(file, bytes);
    const State state = replay(out.path());
    REQUIRE_FALSE(state.dropped.empty());
    REQUIRE(rows_in(state) <= 41);
    REQUIRE(state.segments.back().segment == 2);
  }
}

TEST_CASE("damage: records with right checksums and impossible fields are counted, or refused as a newer version's") {
  State state;
  SplitMix64 random(7);
  int refused = 0;
  for (int record = 0; record < 2000; ++record) {
    std::string payload(1, static_cast<char>(random.below(128)));  // a key of a field that must not be understood
    for (auto n = random.below(60); n > 0; --n) payload += static_cast<char>(random.next() & 0x7F);
    try {
      apply(state, static_cast<RecordType>(1 + random.below(12)), 1, payload);
    } catch (const frame::NewerFormatError&) {
      ++refused;  // a value of an enumeration, as only a newer version knows it
    }
  }

  CHECK(state.records == 2000);
  CHECK(state.dropped.size() < 100);
  CHECK(refused > 0);
  CHECK(refused < 200);
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
  CHECK(state.dropped[0].kind == Dropped::Kind::lost_bytes);
  CHECK_THAT(describe(state.dropped[0]), Catch::Contains("segment 1, byte ") && Catch::Contains("that count are lost"));
  CHECK_THROWS_WITH(refuse_damage(state, out.path()),
                    Catch::Contains("is damaged") && Catch::Contains("--accept-loss"));
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

  const State state = replay(out.path());

  CHECK(state.warnings == std::vector<std::string>{"one", "three"});
  REQUIRE(state.dropped.size() == 1);
  CHECK(state.dropped[0].kind == Dropped::Kind::lost_segment);
}

TEST_CASE("damage: what stands behind the last whole record is a tear, unless a later record names it as synced") {
  Scratch out;
  {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    for (int group = 0; group < 5; ++group) {
      writer.append(WarningRecord{"group " + std::to_string(group)});
      writer.append(WarningRecord{"again " + std::to_string(group)});
      writer.commit();
    }
  }
  const auto file = segment_file(out.path(), 1);
  const std::string whole = read(file);
  std::vector<std::size_t> ends;  // of each record
  for (std::size_t at = 0; at < whole.size(); ends.push_back(at)) at += view_record(whole.substr(at)).bytes;
  const std::size_t last_group = ends[ends.size() - 3];  // where it begins: nothing later vouches for it

  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] ^= 0x40;
    if (at < 6) continue;  // the first record's magic and format tell another journal
    write(file, bytes);
    CAPTURE(at, last_group);
    const State state = replay(out.path());
    REQUIRE(state.segments.empty() == (at < ends[0]));
    REQUIRE(state.dropped.size() == 1);
    REQUIRE(is_damage(state.dropped[0]) == (at < last_group));
  }
}

TEST_CASE("damage: an emptied newest segment is harmless, unless something shows that it held records") {
  Scratch out;
  write_session(out.path(), 3);
  write(segment_file(out.path(), 2), "");

  SECTION("nothing does") { CHECK_FALSE(is_damage(replay(out.path()).dropped.at(0))); }
  SECTION("its folder of unfinished files is there") {
    std::filesystem::create_directories(unfinished_folder(out.path(), 2));
    CHECK(is_damage(replay(out.path()).dropped.at(0)));
  }
  SECTION("an artifact that no record names") {
    std::filesystem::create_directories(artifact_folder(out.path()));
    write(artifact_folder(out.path()) / (to_hex(sha256("weights")) + ".safetensors"), "weights");
    CHECK(is_damage(replay(out.path()).dropped.at(0)));
  }
  SECTION("not an artifact whose content is not what its name says, nor another file") {
    std::filesystem::create_directories(artifact_folder(out.path()));
    write(artifact_folder(out.path()) / (to_hex(sha256("weights")) + ".safetensors"), "others");
    write(artifact_folder(out.path()) / "note.txt", "mine");
    CHECK_FALSE(is_damage(replay(out.path()).dropped.at(0)));
  }
}

TEST_CASE("damage: an emptied newest segment beside an unknown artifact is damage to quick readers, too") {
  Scratch out;
  write_session(out.path(), 3);
  write(segment_file(out.path(), 2), "");
  std::filesystem::create_directories(artifact_folder(out.path()));
  write(artifact_folder(out.path()) / (to_hex(sha256("weights")) + ".safetensors"), "weights");

  CHECK(is_damage(replay(out.path(), Detail::brief).dropped.at(0)));
}

TEST_CASE("damage: a journal that is gone beside artifacts that only it can have made is missed") {
  Scratch out;
  CHECK(replay(out.path()).dropped.empty());
  std::filesystem::create_directories(artifact_folder(out.path()));
  write(artifact_folder(out.path()) / (to_hex(sha256("weights")) + ".safetensors"), "weights");

  for (const Detail detail : {Detail::full, Detail::brief}) {
    REQUIRE(replay(out.path(), detail).dropped.size() == 1);
    CHECK(is_damage(replay(out.path(), detail).dropped[0]));
  }
}

TEST_CASE("damage: what was accepted is damage no more, and is still said") {
  Scratch out;
  for (const char* text : {"one", "two", "three"}) {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(WarningRecord{text});
    writer.commit();
  }
  std::filesystem::remove(segment_file(out.path(), 2));
  const std::string lost = replay(out.path()).dropped.at(0).text;
  {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(LossAcceptedRecord{{lost}, 1});
    writer.commit();
  }

  const State state = replay(out.path());

  REQUIRE(state.dropped.size() == 1);
  CHECK(state.dropped[0].kind == Dropped::Kind::accepted);
  CHECK_NOTHROW(refuse_damage(state, out.path()));
}

TEST_CASE("damage: a writer tells what of the segment before is torn, and neither a whole one nor damage is") {
  Scratch out;
  CHECK(JournalWriter::open(out.path(), some_writer()).torn_tail().empty());
  const auto file = segment_file(out.path(), 1);
  const std::string whole = read(file);
  const auto next = encode_record({12, 1, 0}, "");
  const auto tail_behind = [&](const std::string& more) {
    write(file, whole + more);
    return JournalWriter::open(out.path(), some_writer()).torn_tail();
  };

  SECTION("whole") { CHECK(tail_behind(next).empty()); }
  SECTION("torn") {
    CHECK(tail_behind(next.substr(1)) ==
          "segment 1 ends with 27 bytes that are no whole record, from byte " + std::to_string(whole.size()) + " on");
  }
  SECTION("damage") { CHECK(tail_behind(next.substr(1) + encode_record({12, 1, whole.size() + 1}, "")).empty()); }
}

TEST_CASE("formats: another format of the journal is refused, and so is what a newer version must be understood for") {
  Scratch out;
  {
    JournalWriter::open(out.path(), some_writer());
  }
  const auto file = segment_file(out.path(), 1);
  const std::string whole = read(file);

  SECTION("the first format") { write(file, "ESPL" + whole.substr(4)); }
  SECTION("a newer one") { write(file, whole.substr(0, 4) + "\x09" + whole.substr(5)); }
  SECTION("a record of a type that is not known") { write(file, whole + encode_record({99, 1, 0}, "x")); }
  SECTION("a newer version of a record") { write(file, whole + encode_record({12, 2, 0}, "")); }
  SECTION("a field that must be understood") {
    write(file, whole + encode_record({12, 1, 0}, std::string("\x0a\x01x\xc0\x3e\x01", 6)));  // 1: "x", 1000: 1
  }
  SECTION("a value of an enumeration") { write(file, whole + encode_record({9, 1, 0}, "\x18\x08")); }  // state: 8

  CHECK_THROWS_AS(replay(out.path()), frame::NewerFormatError);
}

TEST_CASE("formats: optional records and fields of a newer version are passed over") {
  Scratch out;
  {
    JournalWriter::open(out.path(), some_writer());
  }
  const auto file = segment_file(out.path(), 1);
  const std::string field_900(std::string("\x0a\x01x\xa0\x38\x01", 6));  // 1: "x", 900: 1
  write(file, read(file) + encode_record({200, 7, 0}, "anything") + encode_record({12, 1, 0}, field_900));

  const State state = replay(out.path());

  CHECK(state.dropped.empty());
  CHECK(state.warnings == std::vector<std::string>{"x"});
}
