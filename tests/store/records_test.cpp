// Every record, filled with random values by an archive of its own, comes back as it was.
#include "espalier/store/records.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "store/record_frame.hpp"
#include "support/filler.hpp"

using namespace espalier;
using support::filled;
using namespace espalier::store;

namespace {

template <class Record>
std::string text_of(const Record& record) {
  return frame::Canonical::text(record);
}

}  // namespace

#define ALL_RECORDS                                                                                               \
  SegmentStart, StudyRecord, CatalogRecord, RunsRecord, TasksRecord, AttemptRecord, RowsRecord, CheckpointRecord, \
      EndedRecord, LostRecord, SelectionRecord, WarningRecord, FinishedRecord, RequestRecord, LossAcceptedRecord, \
      EvaluationSetsRecord, MergedRecord

TEMPLATE_TEST_CASE("records: a record comes back as it was", "", ALL_RECORDS) {
  CHECK(rc::check("round trip", [](std::uint64_t seed) {
    const auto record = filled<TestType>(seed);

    const auto bytes = encode_record({static_cast<std::uint16_t>(TestType::kType), 1, seed}, frame::to_tagged(record));
    const RecordView view = view_record(bytes);

    RC_ASSERT(view.state == RecordView::State::whole);
    RC_ASSERT(view.bytes == bytes.size());
    RC_ASSERT(view.head.synced == seed);
    RC_ASSERT(text_of(frame::from_tagged<TestType>(view.payload)) == text_of(record));
  }));
}

TEMPLATE_TEST_CASE("records: fields that a later version adds are skipped, or refused where they must be understood",
                   "", ALL_RECORDS) {
  CHECK(rc::check("later fields", [](std::uint64_t seed) {
    const auto record = filled<TestType>(seed);
    const std::string bytes = frame::to_tagged(record);
    const auto added = [&](std::uint64_t number) {
      std::string more = bytes;
      frame::put_varint(more, number << 3);
      frame::put_varint(more, seed);
      return more;
    };

    RC_ASSERT(text_of(frame::from_tagged<TestType>(added(900))) == text_of(record));
    RC_ASSERT_THROWS_AS(frame::from_tagged<TestType>(added(1000)), frame::NewerFormatError);
  }));
}

TEMPLATE_TEST_CASE("records: bytes that are cut off or changed give another record or are refused", "", ALL_RECORDS) {
  CHECK(rc::check("hostile bytes", [](std::uint64_t seed) {
    std::string bytes = frame::to_tagged(filled<TestType>(seed));
    SplitMix64 random(seed);
    if (random.below(2) == 0) bytes.resize(random.below(bytes.size() + 1));
    for (auto n = random.below(4); n > 0 && !bytes.empty(); --n) bytes[random.below(bytes.size())] ^= 0x11;
    try {
      frame::from_tagged<TestType>(bytes);
    } catch (const CorruptionError&) {
    } catch (const frame::NewerFormatError&) {
    }
  }));
}

TEST_CASE("records: branches of layers that are nested without end are refused") {
  std::string bytes;
  for (int depth = 0; depth < 60000; ++depth) {
    std::string outer;
    frame::put_varint(outer, 21 << 3 | 2);  // LayerSpec.branches, then a list's items
    std::string list;
    frame::put_varint(list, 1 << 3 | 2);
    frame::put_varint(list, bytes.size());
    if (bytes.size() > 1u << 16) break;
    list += bytes;
    frame::put_varint(outer, list.size());
    bytes = outer + list;
  }
  CHECK_THROWS_AS(frame::from_tagged<network::LayerSpec>(bytes), CorruptionError);
}
