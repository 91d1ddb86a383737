#pragma once
// Rank 0's journal writer together with the replayed state; every fact is written and applied here.
#include <filesystem>

#include "espalier/sched/events.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::runtime {

class Book {
 public:
  /// Takes the lock, begins a new segment, then replays all segments.
  Book(const std::filesystem::path& out, const store::WriterIdentity& who);

  template <class Record>
  void write(const Record& record) {
    writer_.append(record);
    store::apply(state_, static_cast<std::uint16_t>(Record::kType), frame::to_bytes(record), {writer_.segment(), 0});
  }
  void write_fact(const sched::Fact& fact);
  /// Makes everything written so far durable. Nothing of it may be acted upon before this returns.
  void commit() {
    if (writer_.has_uncommitted()) writer_.commit();
  }
  /// Whether another process has taken over; then nothing may be renamed or deleted.
  bool superseded() const { return writer_.superseded(); }

  const store::State& state() const { return state_; }
  std::uint32_t segment() const { return writer_.segment(); }

 private:
  store::DirectoryLock lock_;
  store::JournalWriter writer_;
  store::State state_;
};

}  // namespace espalier::runtime
