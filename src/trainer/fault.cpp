// Parses ESPALIER_FAULT and crashes, hangs or slows the trainer at the named step.
#include "trainer/fault.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <new>
#include <regex>
#include <thread>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::trainer {

Fault::Fault(const std::string& order, const std::string& marker) : marker_(marker) {
  static const std::regex form("(crash_at|hang_at|memory_at|slow_at|slow_save)=([0-9a-f]*):([0-9]{1,9}):([0-9]{1,9})");
  std::smatch part;
  if (!std::regex_match(order, part, form)) {
    throw UsageError("ESPALIER_FAULT is '" + order + "'", "it is not understood",
                     "Write crash_at=TASKPREFIX:EPOCH:STEP, hang_at=..., memory_at=..., slow_at=... or slow_save=...");
  }
  const auto kinds = std::to_array<std::pair<const char*, Kind>>({{"crash_at", Kind::crash},
                                                                  {"hang_at", Kind::hang},
                                                                  {"memory_at", Kind::memory},
                                                                  {"slow_at", Kind::slow},
                                                                  {"slow_save", Kind::slow_save}});
  kind_ = std::find_if(kinds.begin(), kinds.end(), [&](const auto& one) { return part[1] == one.first; })->second;
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

int Fault::save_s(const TaskId& task, task::Moment at) const {
  return kind_ == Kind::slow_save && at >= at_ && task.hex.starts_with(task_prefix_) ? 12 : 0;
}

void Fault::strike(const TaskId& task, task::Moment at) const {
  if (kind_ == Kind::slow && at >= at_ && task.hex.starts_with(task_prefix_)) return slow_down(at);
  const bool strikes = kind_ == Kind::crash || kind_ == Kind::hang || kind_ == Kind::memory;
  if (!strikes || at != at_ || !task.hex.starts_with(task_prefix_) || is_spent()) return;
  if (kind_ == Kind::crash) std::raise(SIGSEGV);
  if (kind_ == Kind::memory) throw std::bad_alloc();
  for (;;) ::pause();
}

}  // namespace espalier::trainer
