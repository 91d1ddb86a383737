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
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/group.hpp"

namespace espalier::runtime {

/// A key of the host: boot id and process name space. Processes with equal keys can map each other's memory.
std::string this_host_key();

class GroupExchange {
 public:
  explicit GroupExchange(const protocol::Group& group, std::string host_key = this_host_key())
      : group_(group), host_key_(std::move(host_key)) {}

  std::uint64_t id() const { return group_.id; }
  const std::string& host_key() const { return host_key_; }
  /// Adds a buffer of the own trainer. Throws EnvironmentError; reduce() throws CorruptionError for unknown buffers.
  void add(const protocol::SharedBuffer& buffer, pid_t trainer);
  void reduce(const protocol::Reduce& request);
  /// Takes a part from another member; it may come before the own trainer asks for the reduction.
  void take(protocol::Part part);
  /// Whether the own trainer waits for a reduction.
  bool in_flight() const { return waiting_ > 0; }

  struct Message {
    WorkerId to;
    std::variant<protocol::PeerBuffer, protocol::Part> what;
  };
  std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  /// Numbers of the reductions whose sums are in their buffers; each is returned once.
  std::vector<std::int64_t> take_done() { return std::exchange(done_, {}); }

 private:
  struct Buffer {
    process::SharedMemory memory;
    std::int64_t count = 0;
    bool doubles = false;
  };
  struct Reduction {
    std::int32_t buffer = -1;                   ///< -1: not ordered by the own trainer yet
    std::map<std::int32_t, std::string> parts;  ///< parts of the own range, by rank of their sender
    std::map<std::int32_t, std::string> sums;   ///< sums that came before the own trainer asked
    std::int32_t summed = 0;                    ///< number of ranges whose sums are in the buffer
  };
  /// The range of a buffer that one member sums.
  struct Range {
    char* data = nullptr;
    std::size_t bytes = 0;
  };

  std::int32_t size() const { return static_cast<std::int32_t>(group_.members.size()); }
  Range range_of(const Buffer& buffer, std::int32_t rank) const;
  void send(std::int32_t to, protocol::Part part);
  void sum_own_range(std::int64_t number, Reduction& reduction);
  void put_sum(std::int64_t number, Reduction& reduction, std::int32_t rank, const std::string& bytes);

  protocol::Group group_;
  std::string host_key_;
  std::map<std::int32_t, Buffer> buffers_;
  std::map<std::int64_t, Reduction> reductions_;  ///< those that are not done
  std::int64_t waiting_ = 0;
  std::vector<Message> messages_;
  std::vector<std::int64_t> done_;
};

}  // namespace espalier::runtime
