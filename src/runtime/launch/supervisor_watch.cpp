// Adds up for how long the supervisor has been stopped.
#include "runtime/launch/supervisor_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "espalier/core/whole_number.hpp"
#include "espalier/process/launch.hpp"
#include "runtime/agent/group_exchange.hpp"

namespace espalier::runtime {

namespace {
constexpr double kLongestStep_s = 2;  ///< between two looks; more was spent suspended
}

SupervisorWatch::SupervisorWatch(const std::string& address)
    : SupervisorWatch(address, this_host_key(), process::is_stopped) {}

SupervisorWatch::SupervisorWatch(const std::string& address, const std::string& host_key,
                                 std::function<bool(pid_t)> is_stopped)
    : is_stopped_(std::move(is_stopped)) {
  const auto space = address.find(' ');
  if (space == std::string::npos || host_key.empty() || address.substr(space + 1) != host_key) return;
  process_ = whole_number<pid_t>(address.substr(0, space)).value_or(0);
}

std::string SupervisorWatch::look(double now) {
  if (process_ <= 0) return "";
  const double passed = std::min(now - std::exchange(looked_, now), kLongestStep_s);
  if (!is_stopped_(process_)) {
    stopped_s_ = 0;
    said_ = false;
    return "";
  }
  stopped_s_ += passed;
  if (stopped_s_ < kStoppedLimit_s || std::exchange(said_, true)) return "";
  return fmt::format(
      "the supervisor (process {}) is stopped. The launch goes on, but Ctrl-C does not reach it and "
      "nothing starts it again if it dies. 'kill -CONT {}' wakes it",
      process_, process_);
}

}  // namespace espalier::runtime
