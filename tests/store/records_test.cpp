// Every record, filled with random values by an archive of its own, comes back as it was.
#include "espalier/store/records.hpp"

#include <rapidcheck.h>

#include <catch2/catch.hpp>

#include "espalier/core/seed.hpp"
#include "espalier/frame/frame.hpp"

using namespace espalier;
using namespace espalier::store;

namespace {

/// Fills any value struct that frames can carry.
class Filler {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;
  explicit Filler(std::uint64_t seed) : random_(seed) {}

  template <class T>
  Filler& operator&(T&& value) {
    fill(value);
    return *this;
  }

 private:
  template <class T>
    requires std::is_arithmetic_v<T>
  void fill(T& value) {
    value = std::is_same_v<T, bool> ? static_cast<T>(random_.below(2))
                                    : static_cast<T>(random_.next() >> random_.below(60));
  }
  template <class T>
    requires std::is_enum_v<T>
  void fill(T& value) {
    value = static_cast<T>(random_.below(4));
  }
  void fill(std::string& text) {
    text.clear();
    for (auto n = random_.below(40); n > 0; --n) text += static_cast<char>(random_.next());
  }
  template <class Tag>
  void fill(HashId<Tag>& id) {
    std::string text;
    for (auto n = random_.below(ShortText::kMost + 1); n > 0; --n) text += static_cast<char>(1 + random_.below(255));
    id.hex = text;
  }
  template <class T>
  void fill(const boost::serialization::nvp<T>& named) {
    fill(named.value());
  }
  template <class T>
  void fill(std::vector<T>& items) {
    ++depth_;
    items.resize(depth_ > 5 ? 0 : random_.below(3));  // layers hold layers
    for (T& item : items) fill(item);
    --depth_;
  }
  template <class K, class V>
  void fill(std::map<K, V>& items) {
    for (auto n = random_.below(3); n > 0; --n) {
      K key{};
      fill(key);
      fill(items[key]);
    }
  }
  template <class T>
    requires(std::is_class_v<T>)
  void fill(T& value) {
    value.serialize(*this, 0u);
  }

  SplitMix64 random_;
  int depth_ = 0;
};

template <class Record>
void round_trip(std::uint64_t seed) {
  Record record;
  Filler(seed) & record;
  std::string buffer = frame::encode(record);

  const auto taken = frame::take(buffer);

  RC_ASSERT(taken.has_value());
  RC_ASSERT(taken->type == static_cast<std::uint16_t>(Record::kType));
  RC_ASSERT(frame::Canonical::text(taken->as<Record>()) == frame::Canonical::text(record));
  RC_ASSERT(buffer.empty());
}

}  // namespace

TEMPLATE_TEST_CASE("records: a record comes back as it was", "", SegmentStart, StudyRecord, CatalogRecord, RunsRecord,
                   TasksRecord, AttemptRecord, RowsRecord, CheckpointRecord, EndedRecord, LostRecord, SelectionRecord,
                   WarningRecord, FinishedRecord) {
  CHECK(rc::check("round trip", [](std::uint64_t seed) { round_trip<TestType>(seed); }));
}

TEMPLATE_TEST_CASE("records: a payload that is cut off is refused", "", SegmentStart, StudyRecord, RunsRecord,
                   TasksRecord, AttemptRecord, RowsRecord, CheckpointRecord, EndedRecord, LostRecord, SelectionRecord) {
  CHECK(rc::check("cut", [](std::uint64_t seed) {
    TestType record;
    Filler(seed) & record;
    const std::string bytes = frame::to_bytes(record);

    RC_ASSERT_THROWS_AS(frame::from_bytes<TestType>(std::string_view(bytes).substr(0, seed % bytes.size())),
                        CorruptionError);
  }));
}
