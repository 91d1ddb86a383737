// Writes a whole segment beside its place and gives it its name by a link, which is refused where the name is taken.
#include "store/whole_segment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <regex>

#include "espalier/core/errors.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "store/record_frame.hpp"
#include "store/segment.hpp"

namespace espalier::store {

namespace {

[[noreturn]] void refuse_superseded(const std::filesystem::path& out, std::uint32_t number) {
  throw Error(fmt::format("'{}' is now written by another process", out.string()),
              fmt::format("journal segment {} was begun", number), "This process ends.");
}

SegmentStart start_behind(const std::filesystem::path& out, const JournalWriter& before) {
  auto start = read_head(out, before.segment()).value();  // the same process wrote it
  start.previous = before.segment();
  start.previous_length = whole_length(os::MappedFile(segment_file(out, before.segment())).text());
  start.segment = before.segment() + 1;
  start.time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return start;
}

/// Each record says that all before it was synced: it comes into its place only then, and whatever is missing from it
/// later is damage.
std::string bytes_of_segment(const SegmentStart& start, const std::vector<BufferedRecord>& records) {
  std::string bytes;
  const auto append = [&](RecordType type, std::string_view payload) {
    append_record(bytes, {static_cast<std::uint16_t>(type), version_of(type), bytes.size()}, payload);
  };
  append(SegmentStart::kType, frame::to_tagged(start));
  for (const BufferedRecord& record : records) append(record.type, record.payload);
  return bytes;
}

/// A file system without hard links gets a rename, which would replace a segment that is begun in this very moment.
void give_name(const std::filesystem::path& beside, const std::filesystem::path& out, std::uint32_t number) {
  const auto file = segment_file(out, number);
  if (::link(beside.c_str(), file.c_str()) == 0) {
    std::filesystem::remove(beside);
    return;
  }
  if (errno == EEXIST || std::filesystem::exists(file)) refuse_superseded(out, number);
  os::rename_file(beside, file);
}

bool is_unplaced(const std::string& name) {
  static const std::regex form("[0-9]{6,}\\.log\\.whole(\\.[0-9]+-[0-9]+\\.tmp)?");
  return std::regex_match(name, form);
}

}  // namespace

void put_whole_segment(const std::filesystem::path& out, const JournalWriter& before,
                       const std::vector<BufferedRecord>& records) {
  const SegmentStart start = start_behind(out, before);
  const std::filesystem::path beside = segment_file(out, start.segment).string() + ".whole";
  os::write_file_durably(beside, bytes_of(bytes_of_segment(start, records)));
  if (before.superseded()) refuse_superseded(out, start.segment);
  give_name(beside, out, start.segment);
  os::sync_folder(journal_folder(out));
}

void remove_unplaced_segments(const std::filesystem::path& out) {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(journal_folder(out), none)) {
    const bool is_file = entry.is_regular_file() && !entry.is_symlink();
    if (is_file && is_unplaced(entry.path().filename().string())) std::filesystem::remove(entry.path());
  }
}

}  // namespace espalier::store
