// Queues, sends and receives whole frames over a non-blocking stream socket.
#include "espalier/process/frame_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"

namespace espalier::process {

std::optional<RawFrame> next_frame(const std::string& buffer, std::size_t& at) {
  const auto front = frame::peek(std::string_view(buffer).substr(at));
  if (front.state == frame::Peek::State::incomplete) return std::nullopt;
  if (front.state == frame::Peek::State::corrupt) throw CorruptionError("a message is damaged", front.why, "");
  RawFrame raw{front.frame.type, buffer.substr(at, front.bytes)};
  at += front.bytes;
  return raw;
}

FrameSocket::FrameSocket(os::Descriptor socket) : socket_(std::move(socket)) {
  const int flags = fcntl(socket_.get(), F_GETFL);
  if (flags < 0 || fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) < 0) {
    throw EnvironmentError("cannot use the socket", std::strerror(errno), "");
  }
}

void FrameSocket::send(const std::string& frames) {
  if (!socket_ || peer_left_) return;
  unsent_ += frames;
  flush();
}

void FrameSocket::flush() {
  std::size_t sent = 0;
  while (socket_ && sent < unsent_.size()) {
    const auto count = ::send(socket_.get(), unsent_.data() + sent, unsent_.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {  // the peer is gone; what it sent before can still be read
      sent = unsent_.size();
      break;
    }
    sent += static_cast<std::size_t>(count);
  }
  unsent_.erase(0, sent);
}

bool FrameSocket::fill() {
  char buffer[65536];
  const auto count = recv(socket_.get(), buffer, sizeof buffer, 0);
  if (count > 0) {
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) peer_left_ = true;
  return false;
}

std::optional<RawFrame> FrameSocket::receive() {
  if (!socket_) return std::nullopt;
  for (;;) {
    if (auto frame = next_frame(received_, read_to_)) return frame;
    received_.erase(0, read_to_);
    read_to_ = 0;
    if (!peer_left_ && fill()) continue;
    if (peer_left_) socket_.close();  // an incomplete frame of a dead peer is dropped
    return std::nullopt;
  }
}

void FrameSocket::wait(int milliseconds) const {
  pollfd one{socket_.get(), static_cast<short>(POLLIN | (has_unsent() ? POLLOUT : 0)), 0};
  poll(&one, socket_ ? 1 : 0, milliseconds);
}

SocketPair make_socket_pair() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw EnvironmentError("cannot make a socket pair", std::strerror(errno), "");
  }
  return {os::Descriptor(ends[0]), os::Descriptor(ends[1])};
}

}  // namespace espalier::process
