#pragma once
// All-reduce of a group without GPUs: by shared memory on one host, else through the agents. Always in rank order.
#include <deque>
#include <functional>
#include <set>
#include <vector>

#include "espalier/model/reducer.hpp"
#include "espalier/process/shared_memory.hpp"
#include "espalier/protocol/control.hpp"
#include "espalier/protocol/group.hpp"
#include "trainer/port.hpp"

namespace espalier::trainer {

class AgentReducer : public model::Reducer {
 public:
  /// `other` takes messages that arrive meanwhile and are for the trainer. `sign_of_life` is called now and then while
  /// waiting.
  AgentReducer(Port& port, protocol::Group group, std::function<void(const frame::Frame&)> other,
               std::function<void()> sign_of_life);

  std::int32_t size() const override { return static_cast<std::int32_t>(group_.members.size()); }
  std::int32_t rank() const override { return group_.rank; }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override;
  void begin(const at::Tensor& buffer) override;
  void finish() override;

  /// Handles messages that have arrived, waiting up to `milliseconds` for one. Throws GroupBroken if the agent is gone.
  void listen(int milliseconds = 0) { hear(milliseconds); }

  /// Takes the place of another member's buffer, which may come at any time.
  void take(const protocol::PeerBuffer& peer);

 private:
  struct Buffer {
    process::SharedMemory memory;
    std::int64_t count = 0;
    bool doubles = false;
    std::uint64_t uses = 0;                     ///< reductions begun on it
    std::vector<process::SharedMemory> places;  ///< by rank; empty: the own one, or on another host
    std::int32_t announced = 0;                 ///< other members that have told where their buffer is
    bool all_here = true;
  };
  struct Begun {
    std::size_t buffer = 0;
    std::int64_t number = 0;
    bool told = false;  ///< whether the agent was told
  };

  Buffer& of(std::int32_t number);
  void tell(Begun& begun);
  void sum_own_range(Buffer& buffer);
  template <class Number>
  void add_own_part(Buffer& buffer);
  char* memory_of(const Buffer& buffer, std::int32_t rank) const;
  template <class Condition>
  void wait_until(const Condition& holds);
  void hear(int milliseconds);

  Port& port_;
  protocol::Group group_;
  std::function<void(const frame::Frame&)> other_;
  std::function<void()> sign_of_life_;
  std::deque<Buffer> buffers_;  ///< a deque: references stay valid when buffers are added
  std::vector<Begun> begun_;
  std::int64_t number_ = 0;         ///< of the next reduction
  std::set<std::int64_t> carried_;  ///< given to the agents, not done yet
};

}  // namespace espalier::trainer
