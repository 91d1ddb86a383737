// Lists and maps segment files, reads their first records, and follows the chain back to the first.
#include "store/segment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "espalier/frame/frame.hpp"
#include "espalier/os/mapped_file.hpp"

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
  const frame::View first = frame::view(file.text());
  if (first.state != frame::Peek::State::whole) return std::nullopt;
  if (first.type != static_cast<std::uint16_t>(SegmentStart::kType)) return std::nullopt;
  try {
    auto start = frame::from_bytes<SegmentStart>(first.payload);
    if (start.segment != number || start.previous >= number) return std::nullopt;
    return start;
  } catch (const CorruptionError&) {
    return std::nullopt;  // not a valid first record: the caller lists the segment as ignored
  }
}

std::uint64_t whole_length(std::string_view bytes) {
  std::uint64_t length = 0;
  while (true) {
    const frame::View next = frame::view(bytes.substr(length));
    if (next.state != frame::Peek::State::whole) return length;
    length += next.bytes;
  }
}

Chain read_chain(const std::filesystem::path& out) {
  Chain chain;
  const std::vector<std::uint32_t> numbers = list_segments(out);
  std::uint32_t wanted = 0;  // 0: the highest valid one below
  std::uint64_t limit = ChainLink::kOpenEnd;
  bool complete = false;
  for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
    // A link that is missing or damaged costs itself, not the history before it: go on with the next valid one.
    const bool lost_link = wanted != 0 && *number < wanted;
    if (lost_link) wanted = 0, limit = ChainLink::kOpenEnd;
    const bool is_candidate = !complete && (wanted == 0 || *number == wanted);
    const auto head = is_candidate ? read_head(out, *number) : std::nullopt;
    if (!head) {
      chain.ignored.push_back(*number);
      continue;
    }
    chain.links.push_back({*number, limit});
    wanted = head->previous;
    limit = head->previous_length;
    complete = wanted == 0;
  }
  std::reverse(chain.links.begin(), chain.links.end());
  std::reverse(chain.ignored.begin(), chain.ignored.end());
  return chain;
}

}  // namespace espalier::store
