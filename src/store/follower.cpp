// Follows the chain of segments, applies whole records, and starts over where a segment no longer counts.
#include "store/follower.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/recover.hpp"
#include "store/missing_rows.hpp"
#include "store/proof.hpp"
#include "store/record_frame.hpp"

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
    offset_ = cut_ = 0;
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
    offset_ = cut_ = 0;
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
    const RecordView next = view_record(bytes.substr(offset_));
    if (next.state == RecordView::State::corrupt) damage_ = next.why;
    if (next.state == RecordView::State::foreign_format) damage_ = "a record of another format";
    if (next.state != RecordView::State::whole) return;
    const Position after{link.number, offset_ + next.bytes};
    if (after > end_) return;
    note_cut(link, next.head.synced);
    apply(state_, static_cast<RecordType>(next.head.type), next.head.version, next.payload);
    offset_ = after.bytes;
    state_.position = after;
  }
}

/// A record tells how many bytes stood before its group: where there are fewer, records were taken out.
void Follower::note_cut(const ChainLink& link, std::uint64_t synced) {
  if (synced <= offset_ + cut_) return;
  const std::uint64_t bytes = synced - offset_ - cut_;
  lose(link.number, "records that stood before it were cut out", bytes);
  cut_ += bytes;
}

void Follower::leave_segment(const ChainLink& link, std::uint64_t size) {
  const std::uint64_t truth = link.limit == ChainLink::kOpenEnd ? size : link.limit;
  if (offset_ >= truth || Position{link.number, truth} > end_) return;
  lose(link.number, damage_.empty() ? "the file ends too early" : damage_, truth - offset_);
}

void Follower::lose(std::uint32_t segment, const std::string& why, std::uint64_t bytes) {
  state_.dropped.push_back(
      {Dropped::Kind::lost_bytes,
       fmt::format("segment {}, byte {}: {}; {} bytes that count are lost", segment, offset_, why, bytes)});
}

void Follower::note_end(Position view) {
  for (const LostSegment& lost : chain_.lost) {
    state_.dropped.push_back(
        {Dropped::Kind::lost_segment,
         fmt::format("segment {}, which segment {} follows, is gone or cannot be read", lost.number, lost.named_by)});
  }
  for (const std::uint32_t number : chain_.unbegun) note_unbegun(number);
  note_open_end();
  if (view > state_.position) note_richer_view(view);
  if (state_.segments.empty() && state_.dropped.empty()) note_missing_journal(state_, out_);
  note_missing_rows(state_);
  mark_accepted(state_);
}

/// Reports that results.h5 was made from more of the journal than there is.
void Follower::note_richer_view(Position view) {
  state_.dropped.push_back(
      {Dropped::Kind::lost_bytes,
       fmt::format("results.h5 was made from byte {} of segment {}, and the journal ends before it", view.bytes,
                   view.segment)});
}

void Follower::note_unbegun(std::uint32_t number) {
  const bool is_newest = chain_.links.empty() || number > chain_.links.back().number;
  const auto proof = is_newest ? proof_of_records(out_, state_, number) : std::nullopt;
  if (proof) {
    state_.dropped.push_back({Dropped::Kind::lost_segment,
                              fmt::format("segment {} has no first record, but held some: {}", number, *proof)});
  } else {
    state_.dropped.push_back(
        {Dropped::Kind::unbegun_segment, fmt::format("segment {} was begun by a launch that wrote nothing", number)});
  }
}

/// What stands behind the last whole record of the last segment.
void Follower::note_open_end() {
  if (link_ >= chain_.links.size()) return;
  const ChainLink& link = chain_.links[link_];
  const os::MappedFile mapped(segment_file(out_, link.number));
  const std::uint64_t size = mapped.bytes().size();
  if (size <= offset_) return;
  const std::string why = damage_.empty() ? "a record is cut off" : damage_;
  if (was_synced_beyond(mapped.text(), offset_)) return lose(link.number, why, size - offset_);
  state_.dropped.push_back(
      {Dropped::Kind::torn_tail, fmt::format("segment {}, byte {}: {} ({} bytes after the last whole record)",
                                             link.number, offset_, why, size - offset_)});
}

State replay(const std::filesystem::path& out, Detail detail) {
  Follower follower(out, detail);
  const Position view = position_of_view(out);
  follower.advance();
  follower.note_end(view);
  return std::move(follower.state());
}

namespace {

constexpr int kNamed = 3;

std::string name_damage(const State& state) {
  std::string text;
  int count = 0;
  for (const Dropped& one : state.dropped) {
    if (is_damage(one) && ++count <= kNamed) text += (text.empty() ? "" : "; ") + describe(one);
  }
  return count > kNamed ? fmt::format("{}; and {} more", text, count - kNamed) : text;
}

/// What the user can do about it, and what that would keep.
std::string name_remedies(const State& state, const std::filesystem::path& out) {
  const Recovery recovery = find_recovery(state, out, FileCheck::presence);
  std::string text = fmt::format("'espalier repair {}' would recover ", out.string());
  text += recovery.empty() ? "nothing: no results.h5 holds finished tasks that the journal lists and lacks. "
                           : describe(recovery) + "; the same 'run' does the rest again. ";
  if (!recovery.left.empty()) text += fmt::format("Beyond its reach: {}. ", fmt::join(recovery.left, "; "));
  return text +
         "Or restore the journal from a copy, or add --accept-loss to go on with what is left; 'espalier "
         "verify' lists all. Nothing was changed.";
}

}  // namespace

void refuse_damage(const State& state, const std::filesystem::path& out) {
  if (std::none_of(state.dropped.begin(), state.dropped.end(), is_damage)) return;
  throw UsageError(fmt::format("the journal of '{}' is damaged: {}", out.string(), name_damage(state)),
                   "results that were acknowledged are missing from it, and going on would hide that",
                   name_remedies(state, out));
}

struct JournalTail::Impl {
  Follower follower;
};

JournalTail::JournalTail(std::filesystem::path out, Detail detail)
    : impl_(new Impl{Follower(std::move(out), detail)}) {}
JournalTail::~JournalTail() = default;
bool JournalTail::advance() { return impl_->follower.advance(); }
const State& JournalTail::state() const { return impl_->follower.state(); }
const State& JournalTail::examine() {
  const Position view = position_of_view(impl_->follower.out());
  impl_->follower.advance();
  impl_->follower.note_end(view);
  return impl_->follower.state();
}
State JournalTail::take() { return std::move(impl_->follower.state()); }

}  // namespace espalier::store
