#pragma once
// OUT/journal/NNNNNN.log: append-only truth, one writer, group-synced. See docs/journal.md.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "espalier/os/descriptor.hpp"
#include "espalier/store/state.hpp"

namespace espalier::store {

struct WriterIdentity {
  std::string host;
  std::int64_t process = 0;
  std::string job;
  std::uint32_t restart = 0;
  bool take_over = false;
};

/// The friendly refusal: OUT/lock, held while a launch lives (flock, CLOEXEC). Waits up to `wait_s`.
/// Throws UsageError naming who holds it. A higher restart of the holder's (named) job, or `take_over`, does not wait:
/// it puts a lock file of its own in place, and the journal's next segment stops the old holder. So it does where the
/// file system has no locks: then nobody is refused.
class DirectoryLock {
 public:
  static DirectoryLock acquire(const std::filesystem::path& out, const WriterIdentity& who, double wait_s = 15);
  /// Whether others see that it is held; not where the file system has no locks.
  bool is_locked() const { return is_locked_; }

 private:
  DirectoryLock(os::Descriptor opened, bool is_locked) : opened_(std::move(opened)), is_locked_(is_locked) {}
  os::Descriptor opened_;
  bool is_locked_ = false;
};
static_assert(os::is_handle<DirectoryLock>);

/// The one writer. Records appended are durable only after commit().
class JournalWriter {
 public:
  /// Creates the next segment (O_EXCL) and its first record. Throws EnvironmentError.
  static JournalWriter open(const std::filesystem::path& out, const WriterIdentity& who);
  JournalWriter(JournalWriter&&) noexcept;
  JournalWriter& operator=(JournalWriter&&) noexcept;
  ~JournalWriter();

  template <class Record>
  void append(const Record& record) {
    frame::TaggedWriter encoded;
    encoded.message(record);
    append_payload(Record::kType, encoded.bytes());
  }
  void append_payload(RecordType type, std::string_view payload);
  /// Writes and fdatasyncs what was appended, then looks for a higher segment.
  /// Throws EnvironmentError on a failed write or sync (final: the process must end), Error when superseded.
  void commit();
  bool has_uncommitted() const;
  std::uint32_t segment() const;
  /// What a writer that was killed left behind the last whole record of the segment before, which does not count: ""
  /// where there is none. A lost last group would look the same, so whoever writes tells the user and deletes nothing.
  const std::string& torn_tail() const;
  /// Has another process begun a higher segment? Look before every rename or delete under OUT.
  bool superseded() const;

 private:
  struct Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};
static_assert(os::is_handle<JournalWriter>);

/// Reads all segments. Without a directory: an empty state. Damage does not throw: it is listed in State::dropped, also
/// where the journal is gone although results.h5 or artifacts show that there was one. Throws frame::NewerFormatError
/// where another format of the journal, or a newer version's record, cannot be read.
State replay(const std::filesystem::path& out, Detail detail = Detail::full);

/// Throws UsageError where something is lost that was acknowledged once: going on would hide it.
void refuse_damage(const State& state, const std::filesystem::path& out);

/// Follows a journal that is being written: status and the progress bar. Cheap to call again.
class JournalTail {
 public:
  explicit JournalTail(std::filesystem::path out, Detail detail = Detail::full);
  ~JournalTail();
  /// Applies what was appended since the last call; true if there was anything.
  bool advance();
  const State& state() const;
  /// Advances, and lists in State::dropped what is missing: for one who decides whether to go on.
  const State& examine();
  /// The state, which this reader has no use for afterwards.
  State take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace espalier::store
