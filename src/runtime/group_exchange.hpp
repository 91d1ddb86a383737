#pragma once
// All-reduce between agents, for a group whose members are on different hosts.
// Each agent sums its own part of every buffer in rank order and sends the sums to the others: all members get the same
// bits, and a lost member leaves nothing half done.
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
  /// Of another member; it may come before the own trainer's order.
  void take(sched::Part part);
  /// The own trainer waits for something.
  bool in_flight() const { return waiting_ > 0; }

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
  struct Reduction {
    std::int32_t buffer = -1;                   ///< -1: the own trainer has not come to it yet
    std::map<std::int32_t, std::string> parts;  ///< of the own part, by rank
    std::map<std::int32_t, std::string> sums;   ///< that came before the own order
    std::int32_t summed = 0;                    ///< parts whose sums stand in the buffer
  };
  /// Numbers of a buffer that one member adds up.
  struct Range {
    char* data = nullptr;
    std::size_t bytes = 0;
  };

  std::int32_t size() const { return static_cast<std::int32_t>(group_.members.size()); }
  Range range_of(const Buffer& buffer, std::int32_t rank) const;
  void send(std::int32_t to, sched::Part part);
  void add_up(std::int64_t number, Reduction& reduction);
  void put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const std::string& bytes);

  sched::Group group_;
  std::string place_;
  std::map<std::int32_t, Buffer> buffers_;
  std::map<std::int64_t, Reduction> reductions_;  ///< that are not done
  std::int64_t waiting_ = 0;
  std::vector<Letter> letters_;
  std::vector<std::int64_t> done_;
};

}  // namespace espalier::runtime
