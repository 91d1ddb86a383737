// Lists and maps segment files, reads their first records, and follows the chain back to the first.
#include "store/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "espalier/os/mapped_file.hpp"
#include "store/record_frame.hpp"

namespace espalier::store {

namespace {

/// 7 of "000007.log".
std::optional<std::uint32_t> number_of(const std::string& name) {
  if (name.size() < 10 || !name.ends_with(".log")) return std::nullopt;
  std::uint32_t number = 0;
  const char* end = name.data() + name.size() - 4;
  const auto parsed = std::from_chars(name.data(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end || number == 0) return std::nullopt;
  return number;
}

}  // namespace

std::filesystem::path journal_folder(const std::filesystem::path& out) { return out / "journal"; }

std::filesystem::path segment_file(const std::filesystem::path& out, std::uint32_t number) {
  return journal_folder(out) / fmt::format("{:06}.log", number);
}

std::vector<std::uint32_t> list_segments(const std::filesystem::path& out) {
  std::vector<std::uint32_t> numbers;
  if (!std::filesystem::is_directory(journal_folder(out))) return numbers;
  for (const auto& entry : std::filesystem::directory_iterator(journal_folder(out))) {
    if (const auto number = number_of(entry.path().filename().string())) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

std::optional<SegmentStart> read_head(const std::filesystem::path& out, std::uint32_t number) {
  const os::MappedFile file(segment_file(out, number));
  const RecordView first = view_record(file.text());
  if (first.state == RecordView::State::foreign_format) {
    throw frame::NewerFormatError(
        fmt::format("'{}' holds a journal of format {}", out.string(), first.why),
        fmt::format("this version of espalier reads format {} only", kJournalFormat & ~kUnreleased),
        "Use the version that wrote it, or another folder. Nothing was changed.");
  }
  if (first.state != RecordView::State::whole) return std::nullopt;
  if (first.head.type != static_cast<std::uint16_t>(SegmentStart::kType)) return std::nullopt;
  try {
    auto start = frame::from_tagged<SegmentStart>(first.payload);
    if (start.segment != number || start.previous >= number) return std::nullopt;
    return start;
  } catch (const CorruptionError&) {
    return std::nullopt;  // not a valid first record: the caller says what that means
  }
}

std::uint64_t whole_length(std::string_view bytes) {
  std::uint64_t length = 0;
  while (true) {
    const RecordView next = view_record(bytes.substr(length));
    if (next.state != RecordView::State::whole) return length;
    length += next.bytes;
  }
}

Chain read_chain(const std::filesystem::path& out) {
  Chain chain;
  const std::vector<std::uint32_t> numbers = list_segments(out);
  std::uint32_t wanted = 0;  // 0: the highest valid one below
  std::uint64_t limit = ChainLink::kOpenEnd;
  bool complete = false;
  // A link that is missing or damaged costs itself, not the history before it: the next valid one is taken.
  const auto lose_wanted = [&] {
    chain.lost.push_back({wanted, chain.links.back().number});
    wanted = 0;
    limit = ChainLink::kOpenEnd;
  };
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    if (wanted != 0 && *number < wanted) lose_wanted();
    const bool is_candidate = !complete && (wanted == 0 || *number == wanted);
    const auto head = is_candidate ? read_head(out, *number) : std::nullopt;
    if (!head) {
      if (wanted != 0 && *number == wanted) lose_wanted();
      else chain.unbegun.push_back(*number);
      continue;
    }
    chain.links.push_back({*number, limit});
    wanted = head->previous;
    limit = head->previous_length;
    complete = wanted == 0;
  }
  if (wanted != 0) lose_wanted();
  std::reverse(chain.links.begin(), chain.links.end());
  std::reverse(chain.unbegun.begin(), chain.unbegun.end());
  return chain;
}

void each_record(const std::filesystem::path& out, Position end,
                 const std::function<void(RecordType, std::string_view)>& take) {
  for (const ChainLink& link : read_chain(out).links) {
    if (link.number > end.segment) return;
    const os::MappedFile file(segment_file(out, link.number));
    const std::uint64_t limit = link.number == end.segment ? std::min(link.limit, end.bytes) : link.limit;
    std::string_view rest = file.text().substr(0, std::min<std::uint64_t>(limit, file.text().size()));
    for (RecordView next = view_record(rest); next.state == RecordView::State::whole; next = view_record(rest)) {
      take(static_cast<RecordType>(next.head.type), next.payload);
      rest.remove_prefix(next.bytes);
    }
  }
}

}  // namespace espalier::store
