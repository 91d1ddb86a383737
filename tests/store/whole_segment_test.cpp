#include "store/whole_segment.hpp"

#include "store/merge_stores.hpp"
#include "store/segment.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

std::vector<BufferedRecord> some_records() {
  return {{WarningRecord::kType, frame::to_tagged(WarningRecord{"one"})},
          {WarningRecord::kType, frame::to_tagged(WarningRecord{"two"})},
          {FinishedRecord::kType, frame::to_tagged(FinishedRecord{0, 5})}};
}

}  // namespace

TEST_CASE("whole segment: it follows the segment before with all its records") {
  Scratch out;
  const auto writer = JournalWriter::open(out.path(), some_writer("job7", 3));

  put_whole_segment(out.path(), writer, some_records());

  const State state = replay(out.path());
  CHECK(state.warnings == std::vector<std::string>{"one", "two"});
  REQUIRE(state.segments.size() == 2);
  CHECK(state.segments[1].job == "job7");
  CHECK(state.segments[1].previous == 1);
  CHECK(state.dropped.empty());
  CHECK(writer.superseded());
}

TEST_CASE("whole segment: what is missing from it is damage, not a torn tail") {
  Scratch out;
  put_whole_segment(out.path(), JournalWriter::open(out.path(), some_writer()), some_records());
  const auto file = segment_file(out.path(), 2);
  const auto bytes = files_in(out.path()).at("journal/000002.log");
  const auto at = bytes.find("one");
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(static_cast<std::streamoff>(at)) << "0ne";

  const State state = replay(out.path());

  REQUIRE(state.dropped.size() == 1);
  CHECK(is_damage(state.dropped[0]));
}

TEST_CASE("whole segment: a name that is taken is not replaced") {
  Scratch out;
  const auto writer = JournalWriter::open(out.path(), some_writer());
  {
    JournalWriter::open(out.path(), some_writer());
  }
  const auto taken = files_in(out.path()).at("journal/000002.log");

  CHECK_THROWS_WITH(put_whole_segment(out.path(), writer, some_records()), Catch::Contains("another process"));

  CHECK(files_in(out.path()).at("journal/000002.log") == taken);
  CHECK(replay(out.path()).warnings.empty());
}

TEST_CASE("whole segment: what a killed call left beside is removed, and nothing else") {
  Scratch out;
  {
    JournalWriter::open(out.path(), some_writer());
  }
  for (const char* name : {"000002.log.whole", "000002.log.whole.12-3.tmp", "mine.whole", "000002.log.whole.mine"})
    std::ofstream(journal_folder(out.path()) / name) << "x";

  remove_unplaced_segments(out.path());

  std::vector<std::string> left;
  for (const auto& [name, bytes] : files_in(out.path())) left.push_back(name);
  CHECK(left == std::vector<std::string>{"journal/000001.log", "journal/000002.log.whole.mine", "journal/mine.whole"});
}
