#pragma once
// Records of a segment that is not written yet, applied to the state that they lead to.
#include <string>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

struct BufferedRecord {
  RecordType type = RecordType::warning;
  std::string payload;
};

class RecordBuffer {
 public:
  RecordBuffer(State& state, std::uint32_t segment) : state_(state), segment_(segment) {}

  template <class Record>
  void operator()(const Record& record) {
    frame::TaggedWriter encoded;
    encoded.message(record);
    apply(state_, Record::kType, version_of(Record::kType), encoded.bytes());
    records_.push_back({Record::kType, std::string(encoded.bytes())});
  }
  State& state() { return state_; }
  /// That the records are going to stand in: their fences name it.
  std::uint32_t segment() const { return segment_; }
  const std::vector<BufferedRecord>& records() const { return records_; }
  bool empty() const { return records_.empty(); }

 private:
  State& state_;
  std::uint32_t segment_;
  std::vector<BufferedRecord> records_;
};

}  // namespace espalier::store
