// Parses ESPALIER_FAULT and crashes, hangs or slows the trainer at the named step.
#include "trainer/fault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <regex>
#include <thread>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::trainer {

Fault::Fault(const std::string& order, const std::string& marker) : marker_(marker) {
  static const std::regex form("(crash|hang|slow)_at=([0-9a-f]*):([0-9]{1,9}):([0-9]{1,9})");
  std::smatch part;
  if (!std::regex_match(order, part, form)) {
    throw UsageError("ESPALIER_FAULT is '" + order + "'", "it is not understood",
                     "Write crash_at=TASKPREFIX:EPOCH:STEP, hang_at=... or slow_at=...");
  }
  kind_ = part[1] == "crash" ? Kind::crash : part[1] == "hang" ? Kind::hang : Kind::slow;
  task_prefix_ = part[2];
  at_ = {std::stoi(part[3]), std::stoi(part[4])};
}

Fault Fault::from_environment() {
  const char* order = std::getenv("ESPALIER_FAULT");
  const char* marker = std::getenv("ESPALIER_FAULT_MARKER");
  return order && *order ? Fault(order, marker ? marker : "") : Fault();
}

/// Whether the fault has struck before. Exactly one of all trainers creates the marker file.
bool Fault::is_spent() const {
  if (marker_.empty()) return false;
  const int file = ::open(marker_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  if (file < 0) return true;
  ::close(file);
  return false;
}

void Fault::slow_down(task::Moment at) const {
  if (std::exchange(slowed_at_, at) != at) std::this_thread::sleep_for(std::chrono::seconds(10));
}

void Fault::strike(const TaskId& task, task::Moment at) const {
  if (kind_ == Kind::slow && at >= at_ && task.hex.starts_with(task_prefix_)) return slow_down(at);
  if (kind_ == Kind::none || kind_ == Kind::slow || at != at_ || !task.hex.starts_with(task_prefix_) || is_spent())
    return;
  if (kind_ == Kind::crash) std::raise(SIGSEGV);
  for (;;) ::pause();
}

}  // namespace espalier::trainer
