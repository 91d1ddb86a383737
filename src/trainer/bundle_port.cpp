// Steps through the frames of a bundle file and counts done and failed tasks in the answers.
#include "trainer/bundle_port.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/core/log.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/protocol/progress.hpp"

namespace espalier::trainer {

BundlePort::BundlePort(const std::filesystem::path& file, std::ostream& out) : file_(file), out_(out) {
  bytes_ = os::MappedFile(file, os::NamedBy::user).text();
}

std::optional<frame::Frame> BundlePort::wait() {
  if (at_ == bytes_.size()) return std::nullopt;
  auto front = frame::peek(std::string_view(bytes_).substr(at_));
  if (front.state != frame::Peek::State::whole) {
    const bool cut = front.state == frame::Peek::State::incomplete;
    throw UsageError(file_.string() + " is no file of bundles from byte " + std::to_string(at_) + " on",
                     cut ? "it ends within a frame" : front.why, "");
  }
  at_ += front.bytes;
  return std::move(front.frame);
}

std::optional<frame::Frame> BundlePort::wait_for(int) {
  throw UsageError(file_.string() + " holds a bundle for a group of workers", "there is one trainer and no agent",
                   "Plan it with one worker a task.");
}

void BundlePort::send(const std::string& frame_bytes) {
  out_.write(frame_bytes.data(), static_cast<std::streamsize>(frame_bytes.size()));
  out_.flush();
  const auto sent = frame::peek(frame_bytes);
  if (sent.frame.type == static_cast<std::uint16_t>(protocol::MessageType::ended)) {
    const auto ended = sent.frame.as<protocol::Ended>();
    ++(ended.kind == task::End::done ? done_ : failed_);
    if (!ended.text.empty()) log::warn("task " + ended.task.brief() + ": " + ended.text);
  }
  if (!out_) throw EnvironmentError("cannot write the answers", "the stream refuses more", "Is the disk full?");
}

}  // namespace espalier::trainer
