#pragma once
// OUT/journal/NNNNNN.log: append-only truth, one writer, group-synced. See docs/journal.md.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "espalier/frame/frame.hpp"
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
/// it puts a lock file of its own in place, and the journal's next segment stops the old holder.
class DirectoryLock {
 public:
  static DirectoryLock acquire(const std::filesystem::path& out, const WriterIdentity& who, double wait_s = 15);

 private:
  explicit DirectoryLock(os::Descriptor opened) : opened_(std::move(opened)) {}
  os::Descriptor opened_;
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
    append_bytes(frame::encode(record));
  }
  /// Writes and fdatasyncs what was appended, then looks for a higher segment.
  /// Throws EnvironmentError on a failed write or sync (final: the process must end), Error when superseded.
  void commit();
  bool has_uncommitted() const;
  std::uint32_t segment() const;
  /// Has another process begun a higher segment? Look before every rename or delete under OUT.
  bool superseded() const;

 private:
  struct Impl;
  explicit JournalWriter(std::unique_ptr<Impl> impl);
  void append_bytes(const std::string& bytes);
  std::unique_ptr<Impl> impl_;
};
static_assert(os::is_handle<JournalWriter>);

/// Reads all segments. Missing directory: an empty state. Never throws for damage: it is listed in State::dropped.
State replay(const std::filesystem::path& out, Detail detail = Detail::full);

/// Follows a journal that is being written: status and the progress bar. Cheap to call again.
class JournalTail {
 public:
  explicit JournalTail(std::filesystem::path out, Detail detail = Detail::full);
  ~JournalTail();
  /// Applies what was appended since the last call; true if there was anything.
  bool advance();
  const State& state() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace espalier::store
