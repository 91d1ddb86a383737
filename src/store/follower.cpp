// Follows the chain of segments, applies whole records, and starts over where a segment no longer counts.
#include "store/follower.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "espalier/frame/frame.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/journal.hpp"

namespace espalier::store {

namespace {

bool has_grown(const std::filesystem::path& file, std::uint64_t known) {
  struct stat facts{};
  return ::stat(file.c_str(), &facts) == 0 && static_cast<std::uint64_t>(facts.st_size) > known;
}

}  // namespace

bool Follower::chain_is_stale() const {
  if (chain_.links.empty()) return true;
  std::error_code absent;
  return std::filesystem::exists(segment_file(out_, chain_.links.back().number + 1), absent);
}

void Follower::adopt(Chain chain) {
  const auto same_number = [](const ChainLink& a, const ChainLink& b) { return a.number == b.number; };
  const std::size_t read = chain_.links.empty() ? 0 : link_ + 1;
  const bool same_past = chain.links.size() >= read &&
                         std::equal(chain_.links.begin(), chain_.links.begin() + static_cast<std::ptrdiff_t>(read),
                                    chain.links.begin(), same_number);
  const bool cut_back = same_past && read > 0 && chain.links[link_].limit < offset_;
  if (!same_past || cut_back) {
    const Detail detail = state_.detail;
    state_ = State{};
    state_.detail = detail;
    link_ = 0;
    offset_ = 0;
    damage_.clear();
  }
  chain_ = std::move(chain);
}

bool Follower::advance() {
  if (chain_is_stale()) adopt(read_chain(out_));
  bool any = false;
  while (link_ < chain_.links.size()) {
    const bool is_last = link_ + 1 == chain_.links.size();
    any |= read_segment(chain_.links[link_], is_last);
    if (is_last) break;
    ++link_;
    offset_ = 0;
    damage_.clear();
  }
  return any;
}

bool Follower::read_segment(const ChainLink& link, bool is_last) {
  const std::filesystem::path file = segment_file(out_, link.number);
  if (is_last && (!damage_.empty() || !has_grown(file, offset_))) return false;
  const std::uint64_t before = offset_;
  const os::MappedFile mapped(file);
  read_records(mapped.text().substr(0, std::min<std::uint64_t>(link.limit, mapped.text().size())), link);
  if (!is_last) leave_segment(link, mapped.text().size());
  return offset_ != before;
}

void Follower::read_records(std::string_view bytes, const ChainLink& link) {
  while (offset_ < bytes.size()) {
    const frame::View next = frame::view(bytes.substr(offset_));
    if (next.state == frame::Peek::State::corrupt) damage_ = next.why;
    if (next.state != frame::Peek::State::whole) return;
    const Position after{link.number, offset_ + next.bytes};
    if (after > end_) return;
    apply(state_, next.type, next.payload, Fence{link.number, 0});
    offset_ = after.bytes;
    state_.position = after;
  }
}

void Follower::leave_segment(const ChainLink& link, std::uint64_t size) {
  const std::uint64_t truth = link.limit == ChainLink::kOpenEnd ? size : link.limit;
  if (offset_ < truth && Position{link.number, truth} <= end_) {
    state_.dropped.push_back(fmt::format("segment {}, byte {}: {}; {} bytes that count are lost", link.number, offset_,
                                         damage_.empty() ? "the file ends too early" : damage_, truth - offset_));
  }
}

void Follower::note_open_end() {
  for (const std::uint32_t number : chain_.ignored) {
    state_.dropped.push_back(fmt::format("segment {} is not part of the history: ignored", number));
  }
  if (link_ >= chain_.links.size()) return;
  const ChainLink& link = chain_.links[link_];
  const std::uint64_t size = std::filesystem::file_size(segment_file(out_, link.number));
  if (size <= offset_) return;
  state_.dropped.push_back(fmt::format("segment {}, byte {}: {} ({} bytes after the last whole record)", link.number,
                                       offset_, damage_.empty() ? "a record is cut off" : damage_, size - offset_));
}

State replay(const std::filesystem::path& out, Detail detail) {
  Follower follower(out, detail);
  follower.advance();
  follower.note_open_end();
  return std::move(follower.state());
}

struct JournalTail::Impl {
  Follower follower;
};

JournalTail::JournalTail(std::filesystem::path out, Detail detail)
    : impl_(new Impl{Follower(std::move(out), detail)}) {}
JournalTail::~JournalTail() = default;
bool JournalTail::advance() { return impl_->follower.advance(); }
const State& JournalTail::state() const { return impl_->follower.state(); }

}  // namespace espalier::store
