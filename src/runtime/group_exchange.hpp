#pragma once
// A group's reductions as the agent of one member sees them. Each member adds up its own part of every buffer, in the
// order of ranks, and tells the others: the same bits everywhere, and nothing that a lost member leaves half done.
// Members at one place read and write each other's buffers; to others the numbers travel.
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "espalier/process/shared_memory.hpp"
#include "espalier/sched/messages.hpp"

namespace espalier::runtime {

/// Where processes can map each other's memory: one kernel and one name space of processes.
std::string this_place();

class GroupExchange {
 public:
  explicit GroupExchange(const sched::Group& group, std::string place = this_place())
      : group_(group), place_(std::move(place)) {}

  std::uint64_t id() const { return group_.id; }
  const std::string& place() const { return place_; }
  /// Of the member's own trainer. Throws EnvironmentError, and CorruptionError for numbers that were not announced.
  void add(const sched::SharedBuffer& buffer, pid_t trainer);
  void reduce(const sched::Reduce& order);
  /// Of other members; they may come before the own trainer's orders.
  void take(const sched::PeerBuffer& announced);
  void take(sched::Part part);
  /// The own trainer waits for something.
  bool in_flight() const { return waiting_ > 0; }
  /// Numbers travel: some member is elsewhere.
  bool has_strangers() const { return peers_.size() + 1 < group_.members.size(); }

  struct Letter {
    WorkerId to;
    std::variant<sched::PeerBuffer, sched::Part> what;
  };
  std::vector<Letter> take_letters() { return std::exchange(letters_, {}); }
  /// Numbers of reductions whose sums stand in their buffers.
  std::vector<std::int64_t> take_done() { return std::exchange(done_, {}); }

 private:
  struct Buffer {
    process::SharedMemory memory;
    std::int64_t count = 0;
    bool doubles = false;
  };
  using Buffers = std::map<std::int32_t, Buffer>;
  /// What another member has sent: numbers, or the word that they stand in its buffer.
  struct Sent {
    bool in_place = false;
    std::string bytes;
  };
  struct Reduction {
    std::int32_t buffer = -1;            ///< -1: the own trainer has not come to it yet
    std::map<std::int32_t, Sent> parts;  ///< of the own part, by rank
    std::map<std::int32_t, Sent> sums;   ///< that came before the own order
    std::int32_t summed = 0;             ///< parts whose sums stand in the buffer
  };
  /// Numbers of a buffer that one member adds up.
  struct Range {
    char* data = nullptr;
    std::size_t bytes = 0;
  };

  std::int32_t size() const { return static_cast<std::int32_t>(group_.members.size()); }
  Range range_of(const Buffer& buffer, std::int32_t rank) const;
  const Buffer* peer_buffer(std::int32_t rank, std::int32_t buffer) const;
  void send(std::int32_t to, sched::Part part);
  void add_up(std::int64_t number, Reduction& reduction);
  void give_sums(std::int64_t number, const Reduction& reduction, const Range& own);
  void put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const Sent& sent);

  sched::Group group_;
  std::string place_;
  Buffers buffers_;
  std::map<std::int32_t, Buffers> peers_;         ///< of members at this place
  std::map<std::int64_t, Reduction> reductions_;  ///< that are not done
  std::int64_t waiting_ = 0;
  std::vector<Letter> letters_;
  std::vector<std::int64_t> done_;
};

}  // namespace espalier::runtime
