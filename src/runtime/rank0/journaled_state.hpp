#pragma once
// The journal and the state it describes, kept together; every fact is written through here.
#include <filesystem>
#include <string>

#include "espalier/runtime/launch.hpp"
#include "espalier/sched/events.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/recover.hpp"
#include "runtime/busy.hpp"

namespace espalier::runtime {

class JournaledState {
 public:
  /// Locks the directory, reads its journal, and begins a segment. Throws UsageError where another process holds the
  /// directory, or where the journal is damaged and that is not accepted: then nothing was written.
  JournaledState(const std::filesystem::path& out, const store::WriterIdentity& who, Damage damage);

  template <class Record>
  void write(const Record& record) {
    frame::TaggedWriter encoded;
    encoded.message(record);
    writer_.append_payload(Record::kType, encoded.bytes());
    store::apply(state_, Record::kType, store::version_of(Record::kType), encoded.bytes());
  }
  void write_fact(const sched::Fact& fact);
  /// Journals what views and artifacts still have of what was lost.
  void take_back(const store::Recovery& recovery);
  /// Journals a warning, once, and shows it on standard error.
  void warn(const std::string& text);
  /// Makes what was written durable. Nothing of it may be acted upon before this returns.
  void commit() {
    if (!writer_.has_uncommitted()) return;
    const Busy sync("a sync of the journal", kNoLimit_s);
    writer_.commit();
  }
  /// Whether another process has taken over: then rename and delete nothing.
  bool superseded() const { return writer_.superseded(); }

  const store::State& state() const { return state_; }
  std::uint32_t segment() const { return writer_.segment(); }
  /// Whether the journal tells what nobody needs: no record of this directory was ever lost, and this launch cut
  /// nothing that may have been one.
  bool may_clean_up() const { return was_always_whole() && writer_.torn_tail().empty(); }
  /// No launch has gone on over a loss of records.
  bool was_always_whole() const { return state_.accepted_damage.empty(); }

 private:
  void warn_of_no_lock();
  void warn_of_torn_tail();

  store::DirectoryLock lock_;
  store::JournalTail reader_;
  std::vector<std::string> damage_;  ///< of earlier segments, which this launch was told to accept
  store::JournalWriter writer_;
  store::State state_;
};

}  // namespace espalier::runtime
