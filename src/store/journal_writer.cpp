// Creates the next segment, appends records, syncs them in groups, and notices a newer writer.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "espalier/core/build_info.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/journal.hpp"
#include "store/record_frame.hpp"
#include "store/segment.hpp"

namespace espalier::store {

struct JournalWriter::Impl {
  std::filesystem::path out, file;
  std::uint32_t segment = 0;
  std::string torn_tail;
  os::Descriptor opened;
  std::string waiting;       ///< appended, not yet written
  std::uint64_t synced = 0;  ///< bytes of the segment that are on the disk
  bool stopped = false;      ///< a write or sync failed, or a higher segment was seen: final

  void write_and_sync() {
    os::write_all(opened.get(), bytes_of(waiting), file);
    os::sync_data(opened.get(), file);
  }
};

namespace {

/// O_EXCL decides who of two starters gets a number; the other takes the next one.
std::pair<std::uint32_t, os::Descriptor> create_segment(const std::filesystem::path& out) {
  const std::vector<std::uint32_t> before = list_segments(out);
  for (std::uint32_t number = before.empty() ? 1 : before.back() + 1;; ++number) {
    const std::filesystem::path file = segment_file(out, number);
    os::Descriptor opened(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0666));
    if (opened) return {number, std::move(opened)};
    if (errno != EEXIST) os::disk_failed("create", file);
  }
}

/// What does not count of a segment. Bytes that a later record says were synced are no tear: reading calls that damage.
std::string tear_of(std::uint32_t segment, std::string_view bytes, std::uint64_t whole) {
  if (bytes.size() <= whole || was_synced_beyond(bytes, whole)) return "";
  return fmt::format("segment {} ends with {} bytes that are no whole record, from byte {} on", segment,
                     bytes.size() - whole, whole);
}

/// Syncs the segment before and takes down how many bytes of whole records it has. Returns what else it has. Our own
/// file must exist already: an older writer that sees it stops, so that nothing it acknowledges lies behind what is
/// measured.
std::string measure_previous(const std::filesystem::path& out, SegmentStart& start) {
  const std::vector<std::uint32_t> numbers = list_segments(out);
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    if (*number >= start.segment || !read_head(out, *number)) continue;
    const std::filesystem::path file = segment_file(out, *number);
    os::sync_data(os::open_file(file, O_RDONLY).get(), file);
    start.previous = *number;
    const os::MappedFile mapped(file);
    start.previous_length = whole_length(mapped.text());
    return tear_of(*number, mapped.text(), start.previous_length);
  }
  return "";
}

SegmentStart describe(const WriterIdentity& who, std::uint32_t number) {
  SegmentStart start;
  start.segment = number;
  start.host = who.host;
  start.process = who.process;
  start.job = who.job;
  start.restart = who.restart;
  start.program = build_info::version() + " (" + build_info::commit() + ")";
  start.time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return start;
}

}  // namespace

JournalWriter JournalWriter::open(const std::filesystem::path& out, const WriterIdentity& who) {
  auto impl = std::make_unique<Impl>();
  impl->out = out;
  if (std::filesystem::create_directories(journal_folder(out))) os::sync_folder(out);
  std::tie(impl->segment, impl->opened) = create_segment(out);
  impl->file = segment_file(out, impl->segment);
  SegmentStart start = describe(who, impl->segment);
  impl->torn_tail = measure_previous(out, start);
  JournalWriter writer(std::move(impl));
  writer.append(start);
  writer.commit();
  os::sync_folder(journal_folder(out));
  return writer;
}

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

void JournalWriter::append_payload(RecordType type, std::string_view payload) {
  append_record(impl_->waiting, {static_cast<std::uint16_t>(type), version_of(type), impl_->synced}, payload);
}

bool JournalWriter::has_uncommitted() const { return !impl_->waiting.empty(); }

std::uint32_t JournalWriter::segment() const { return impl_->segment; }

const std::string& JournalWriter::torn_tail() const { return impl_->torn_tail; }

bool JournalWriter::superseded() const {
  return ::access(segment_file(impl_->out, impl_->segment + 1).c_str(), F_OK) == 0;
}

void JournalWriter::commit() {
  if (impl_->stopped) {
    throw EnvironmentError("the journal '" + impl_->file.string() + "' takes no more records",
                           "an earlier write failed", "Start again: what was acknowledged is kept.");
  }
  if (impl_->waiting.empty()) return;
  impl_->stopped = true;  // unless all of the following succeeds
  impl_->write_and_sync();
  if (superseded()) {
    throw Error(fmt::format("'{}' is now written by another process", impl_->out.string()),
                fmt::format("journal segment {} was begun", impl_->segment + 1), "This process ends.");
  }
  impl_->stopped = false;
  impl_->synced += impl_->waiting.size();
  impl_->waiting.clear();
}

}  // namespace espalier::store
