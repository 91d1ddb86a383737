#pragma once
// MPI as far as we use it: one thread, point-to-point messages, no call that blocks on a peer.
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "espalier/os/handle.hpp"

namespace espalier::mpi {

/// Name and version of the library that this program runs with, "Open MPI v4.1.4". Also outside of a session.
std::string library();

/// Lasts from MPI_Init to MPI_Finalize. There is one per process, owned by main.
class Session {
 public:
  /// Collective. Throws EnvironmentError.
  static Session start();
  Session(Session&& other) noexcept;
  Session& operator=(Session&& other) noexcept;  ///< its own, if not finished, is left as by the destructor
  ~Session() = default;  ///< does not communicate: a session that was not finished leaves the launch to fail

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// The place of this rank among those of its host, of which rank 0 is not counted: the first agent there has 0.
  int slot() const { return slot_; }
  /// Collective: every rank must call it.
  void finish();
  /// Ends all ranks at once with this exit code.
  [[noreturn]] static void abort(int exit_code);

 private:
  Session() = default;
  int rank_ = 0, size_ = 0, slot_ = 0;
  bool alive_ = false;
};
static_assert(os::is_handle<Session>);

/// Bytes from one rank: one or more whole frames.
struct Packet {
  int rank = 0;
  std::string bytes;
};

/// The mailbox: sends and receives messages without ever waiting for a peer. Messages of one rank stay in order.
class Mailbox {
 public:
  Mailbox();
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();

  /// Queues the bytes for sending, in order; empty bytes are ignored.
  void send(int rank, std::string bytes);
  std::optional<Packet> receive();
  /// Lets MPI make progress; returns true when nothing is left to send.
  bool advance();

 private:
  struct Flight;
  void match();
  std::deque<Flight> outgoing_, incoming_;
};

}  // namespace espalier::mpi
