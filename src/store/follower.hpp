#pragma once
// Reads a journal's records in order into a State, from where it stopped last: behind replay() and JournalTail.
#include <cstdint>
#include <filesystem>

#include "espalier/store/state.hpp"
#include "store/segment.hpp"

namespace espalier::store {

class Follower {
 public:
  Follower(std::filesystem::path out, Detail detail) : out_(std::move(out)) { state_.detail = detail; }

  /// Applies what is there now; true if there was anything. Begins anew where what was read turns out not to count.
  bool advance();
  /// Lists what the journal lacks, and what its last segment holds after its last whole record: for readers that do not
  /// come back. `view`: what results.h5 was made from, read before the last advance().
  void note_end(Position view);
  /// Reads no further than this.
  void stop_at(Position end) { end_ = end; }
  State& state() { return state_; }
  const std::filesystem::path& out() const { return out_; }

 private:
  bool chain_is_stale() const;
  void adopt(Chain chain);
  bool read_segment(const ChainLink& link, bool is_last);
  void read_records(std::string_view bytes, const ChainLink& link);
  void note_richer_view(Position view);
  void note_unbegun(std::uint32_t number);
  void note_open_end();
  void note_cut(const ChainLink& link, std::uint64_t synced);
  void lose(std::uint32_t segment, const std::string& why, std::uint64_t bytes);
  void leave_segment(const ChainLink& link, std::uint64_t size);

  std::filesystem::path out_;
  State state_;
  Chain chain_;
  std::size_t link_ = 0;      ///< the segment being read
  std::uint64_t offset_ = 0;  ///< read of it
  std::uint64_t cut_ = 0;     ///< bytes that its records say stood before them, and do not
  std::string damage_;        ///< why the record at offset_ cannot be read; "" if it merely is not whole yet
  Position end_{UINT32_MAX, UINT64_MAX};
};

}  // namespace espalier::store
