#pragma once
// Exchanges messages with an agent over a socket.
#include "espalier/process/frame_socket.hpp"
#include "trainer/port.hpp"

namespace espalier::trainer {

class SocketPort : public Port {
 public:
  explicit SocketPort(process::FrameSocket socket) : socket_(std::move(socket)) {}

  std::optional<frame::Frame> poll() override;
  std::optional<frame::Frame> wait() override;
  std::optional<frame::Frame> wait_for(int milliseconds) override;
  bool is_open() const override { return socket_.is_open(); }
  /// Waits if the agent is slow to read, because messages are few and none may be lost.
  void send(const std::string& frame_bytes) override;

 private:
  process::FrameSocket socket_;
};

}  // namespace espalier::trainer
