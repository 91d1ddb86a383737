#include "espalier/store/journal.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "espalier/core/errors.hpp"
#include "store/record_frame.hpp"
#include "store/scratch.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

/// As a writer that has synced nothing yet would append it.
template <class Record>
std::string framed(const Record& record) {
  return encode_record({static_cast<std::uint16_t>(Record::kType), version_of(Record::kType), 0},
                       frame::to_tagged(record));
}

}  // namespace

TEST_CASE("journal: what is committed is read back, what is not is not") {
  Scratch out;
  JournalWriter writer = JournalWriter::open(out.path(), some_writer());

  writer.append(WarningRecord{"one"});
  writer.commit();
  writer.append(WarningRecord{"two"});

  CHECK(writer.has_uncommitted());
  const State state = replay(out.path());
  CHECK(state.warnings == std::vector<std::string>{"one"});
  CHECK(state.records == 2);
  CHECK(state.dropped.empty());
  CHECK(state.next_segment == 2);
}

TEST_CASE("journal: a missing directory is an empty state") {
  Scratch out;

  const State state = replay(out.path() / "nowhere");

  CHECK(state.records == 0);
  CHECK(state.next_segment == 1);
}

TEST_CASE("journal: the next segment names the one before and the length that counts") {
  Scratch out;
  {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(WarningRecord{"one"});
    writer.commit();
  }
  const auto length = std::filesystem::file_size(segment_file(out.path(), 1));
  std::ofstream(segment_file(out.path(), 1), std::ios::app) << "half a rec";

  JournalWriter::open(out.path(), some_writer());

  const auto head = read_head(out.path(), 2);
  REQUIRE(head);
  CHECK(head->previous == 1);
  CHECK(head->previous_length == length);
  CHECK(replay(out.path()).dropped.empty());
}

TEST_CASE("journal: a superseded writer stops at its next commit and its late records exist for nobody") {
  Scratch out;
  JournalWriter old_writer = JournalWriter::open(out.path(), some_writer());
  old_writer.append(WarningRecord{"acknowledged"});
  old_writer.commit();
  JournalWriter new_writer = JournalWriter::open(out.path(), some_writer());

  old_writer.append(WarningRecord{"late"});
  CHECK(old_writer.superseded());
  CHECK_THROWS_AS(old_writer.commit(), Error);
  CHECK_THROWS_AS(old_writer.commit(), EnvironmentError);
  new_writer.append(WarningRecord{"new"});
  new_writer.commit();

  CHECK_FALSE(new_writer.superseded());
  CHECK(replay(out.path()).warnings == std::vector<std::string>{"acknowledged", "new"});
}

TEST_CASE("journal: a segment without a valid first record is ignored") {
  Scratch out;
  {
    JournalWriter writer = JournalWriter::open(out.path(), some_writer());
    writer.append(WarningRecord{"one"});
    writer.commit();
  }
  std::ofstream(segment_file(out.path(), 2)) << "died here";

  JournalWriter third = JournalWriter::open(out.path(), some_writer());

  CHECK(third.segment() == 3);
  CHECK(read_head(out.path(), 3)->previous == 1);
  CHECK(replay(out.path()).warnings == std::vector<std::string>{"one"});
}

TEST_CASE("journal: a segment whose first record came after its successor measured does not count") {
  Scratch out;
  {
    JournalWriter first = JournalWriter::open(out.path(), some_writer());
  }
  std::ofstream(segment_file(out.path(), 2)).flush();  // created, its writer has not written yet
  JournalWriter third = JournalWriter::open(out.path(), some_writer());
  SegmentStart late;
  late.segment = 2;
  late.previous = 1;
  late.previous_length = std::filesystem::file_size(segment_file(out.path(), 1));
  std::ofstream(segment_file(out.path(), 2)) << framed(late) << framed(WarningRecord{"late"});

  const State state = replay(out.path());

  CHECK(state.warnings.empty());
  CHECK(state.segments.size() == 2);
}

TEST_CASE("journal: a tail follows appended records, new segments and truth that is cut back") {
  Scratch out;
  JournalTail tail(out.path());
  CHECK_FALSE(tail.advance());
  JournalWriter first = JournalWriter::open(out.path(), some_writer());
  first.append(WarningRecord{"one"});
  first.commit();
  CHECK(tail.advance());
  CHECK_FALSE(tail.advance());
  CHECK(tail.state().warnings.size() == 1);

  // A record that a superseded writer added after its successor had measured: read, then found not to count.
  const auto length = std::filesystem::file_size(segment_file(out.path(), 1));
  std::ofstream(segment_file(out.path(), 1), std::ios::app) << framed(WarningRecord{"late"});
  CHECK(tail.advance());
  CHECK(tail.state().warnings.size() == 2);
  SegmentStart second;
  second.segment = 2;
  second.previous = 1;
  second.previous_length = length;
  std::ofstream(segment_file(out.path(), 2)) << framed(second) << framed(WarningRecord{"two"});

  CHECK(tail.advance());
  CHECK(tail.state().warnings == std::vector<std::string>{"one", "two"});
  CHECK(tail.state().segments.size() == 2);
}
