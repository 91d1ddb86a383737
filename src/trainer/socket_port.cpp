// Waits on the agent's socket for frames, and for room to send.
#include "trainer/socket_port.hpp"

namespace espalier::trainer {

namespace {
constexpr int kForever = -1;
}

std::optional<frame::Frame> SocketPort::poll() {
  const auto raw = socket_.receive();
  if (!raw) return std::nullopt;
  return frame::Frame{raw->type, raw->bytes.substr(frame::kHeaderBytes)};
}

std::optional<frame::Frame> SocketPort::wait() {
  for (;;) {
    if (auto frame = poll()) return frame;
    if (!socket_.is_open()) return std::nullopt;
    socket_.wait(kForever);
  }
}

std::optional<frame::Frame> SocketPort::wait_for(int milliseconds) {
  if (auto frame = poll()) return frame;
  if (socket_.is_open()) socket_.wait(milliseconds);
  return poll();
}

void SocketPort::send(const std::string& frame_bytes) {
  socket_.send(frame_bytes);
  while (socket_.has_unsent()) {
    socket_.wait(kForever);
    socket_.flush();
  }
}

}  // namespace espalier::trainer
