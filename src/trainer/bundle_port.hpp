#pragma once
// Reads messages from a file of frames, one after the other, and writes answers to a stream.
#include <filesystem>
#include <ostream>

#include "trainer/port.hpp"

namespace espalier::trainer {

class BundlePort : public Port {
 public:
  /// Throws UsageError if the file cannot be read. `out` must outlive it.
  BundlePort(const std::filesystem::path& file, std::ostream& out);

  /// Returns nothing: each message is dealt with before the next is read.
  std::optional<frame::Frame> poll() override { return std::nullopt; }
  /// Throws UsageError where the file is damaged or ends within a frame.
  std::optional<frame::Frame> wait() override;
  /// Throws UsageError, because only groups wait, and a file has none.
  std::optional<frame::Frame> wait_for(int milliseconds) override;
  bool is_open() const override { return true; }
  /// Throws EnvironmentError if it cannot be written.
  void send(const std::string& frame_bytes) override;

  /// Number of tasks that ended well; next, of those that did not.
  std::int64_t done() const { return done_; }
  std::int64_t failed() const { return failed_; }

 private:
  std::filesystem::path file_;
  std::string bytes_;
  std::size_t at_ = 0;
  std::ostream& out_;
  std::int64_t done_ = 0, failed_ = 0;
};

}  // namespace espalier::trainer
