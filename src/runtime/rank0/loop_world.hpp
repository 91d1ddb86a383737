#pragma once
// What rank 0's loop meets outside: messages of the agents, the clock, and the signal to stop. Tests fake all of it.
#include <optional>
#include <string>

#include "espalier/core/ids.hpp"
#include "espalier/mpi/session.hpp"

namespace espalier::runtime {

class LoopWorld {
 public:
  virtual ~LoopWorld() = default;
  /// The next message that has arrived, if any: whole frames of one agent.
  virtual std::optional<mpi::Packet> receive() = 0;
  /// Queues whole frames for an agent; those of one agent arrive in order.
  virtual void send(WorkerId to, std::string frames) = 0;
  /// Lets what is queued travel, without waiting for anybody.
  virtual void advance() = 0;
  /// Seconds on a monotonic clock, without those that were spent suspended.
  virtual double now() = 0;
  /// Whether a signal has asked this process to stop.
  virtual bool stop_wanted() = 0;
  /// Something that the user should know about the processes that this one watches; asked once a second.
  virtual std::string trouble() { return ""; }
  /// Called once per round; waits a little after a round in which nothing was received.
  virtual void pause(bool received) = 0;
};

}  // namespace espalier::runtime
