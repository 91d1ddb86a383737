#pragma once
// Frames over a non-blocking stream socket: how agent and trainer talk.
#include <cstdint>
#include <optional>
#include <string>

#include "espalier/frame/frame.hpp"
#include "espalier/os/descriptor.hpp"

namespace espalier::process {

/// One whole frame as it was received, to be passed on without decoding.
struct RawFrame {
  std::uint16_t type = 0;
  std::string bytes;  ///< header and payload

  template <class T>
  bool is() const {
    return type == static_cast<std::uint16_t>(T::kType);
  }
  /// Throws CorruptionError.
  template <class T>
  T as() const {
    return frame::from_bytes<T>(std::string_view(bytes).substr(frame::kHeaderBytes));
  }
};

/// The next whole frame of `buffer` from `at` on; moves `at` behind it. Throws CorruptionError.
std::optional<RawFrame> next_frame(const std::string& buffer, std::size_t& at);

class FrameSocket {
 public:
  FrameSocket() = default;
  explicit FrameSocket(os::Descriptor socket);

  int descriptor() const { return socket_.get(); }
  bool is_open() const { return static_cast<bool>(socket_); }
  void close() { socket_.close(); }

  /// Queues whole frames and sends what the socket takes now.
  void send(const std::string& frames);
  template <class Message>
  void send_message(const Message& message) {
    send(frame::encode(message));
  }
  bool has_unsent() const { return !unsent_.empty(); }
  void flush();

  /// The next frame that has arrived, if any. After the peer has gone, is_open() becomes false once all frames are
  /// read.
  std::optional<RawFrame> receive();

  /// Sleeps for at most `milliseconds`, until something can be read (or written, if bytes are unsent).
  void wait(int milliseconds) const;

 private:
  bool fill();

  os::Descriptor socket_;
  std::string unsent_, received_;
  std::size_t read_to_ = 0;
  bool peer_left_ = false;
};
static_assert(os::is_handle<FrameSocket>);

/// Two connected ends, both close-on-exec.
struct SocketPair {
  os::Descriptor ours, theirs;
};
SocketPair make_socket_pair();

}  // namespace espalier::process
