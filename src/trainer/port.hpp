#pragma once
// Interface to where a trainer's messages come from and go: an agent's socket, or a file of bundles.
#include <cstdint>
#include <optional>
#include <string>

#include "espalier/frame/frame.hpp"

namespace espalier::trainer {

class Port {
 public:
  virtual ~Port() = default;
  /// The next frame if one has arrived; never waits. Called between the steps of a training.
  virtual std::optional<frame::Frame> poll() = 0;
  /// Sleeps until a frame arrives; returns none once the other side is gone.
  virtual std::optional<frame::Frame> wait() = 0;
  /// Sleeps until a frame arrives, for at most `milliseconds`.
  virtual std::optional<frame::Frame> wait_for(int milliseconds) = 0;
  /// False once the other side is gone, so that nobody reads what is being trained.
  virtual bool is_open() const = 0;
  virtual void send(const std::string& frame_bytes) = 0;

  template <class Message>
  void tell(const Message& message) {
    send(frame::encode(message));
  }
};

}  // namespace espalier::trainer
