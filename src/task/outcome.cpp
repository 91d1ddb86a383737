// Names of states, and what is said of a trainer that failed.
#include "espalier/task/outcome.hpp"

#include <string_view>

#include "espalier/core/culprit.hpp"

namespace espalier::task {

namespace {

/// The last line a trainer wrote into its log: usually the reason of its end.
std::string last_line(std::string_view text) {
  const auto end = text.find_last_not_of('\n');
  if (end == std::string_view::npos) return "it said nothing";
  const auto begin = text.rfind('\n', end);
  const std::size_t first = begin == std::string_view::npos ? 0 : begin + 1;
  return std::string(text.substr(first, end - first + 1));
}

}  // namespace

const char* name_of(RunState state) {
  switch (state) {
    case RunState::waiting: return "waiting";
    case RunState::ready: return "ready";
    case RunState::running: return "running";
    case RunState::done: return "done";
    case RunState::failed: return "failed";
    case RunState::quarantined: return "quarantined";
    case RunState::cancelled: return "cancelled";
    case RunState::aborted: return "aborted";
  }
  return "unknown";
}

bool is_final(RunState state) {
  return state != RunState::waiting && state != RunState::ready && state != RunState::running;
}

std::string describe(FailureCause cause, int signal, int exit_code, const std::string& log_tail) {
  switch (cause) {
    case FailureCause::crashed: return "trainer crashed with signal " + std::to_string(signal);
    case FailureCause::killed: return "trainer killed by signal " + std::to_string(signal);
    case FailureCause::hung: return "trainer hung: no sign of life, killed";
    case FailureCause::out_of_memory:
      return signal == 0 ? "trainer ran out of memory"
                         : std::string("trainer ended: ") + judge(Evidence::memory_kill).said;
    case FailureCause::exited: return "trainer left with exit code " + std::to_string(exit_code);
    case FailureCause::environment:
      return "the machine could not do it: " +
             (signal == 0 ? last_line(log_tail) : std::string(judge(Evidence::signal, signal).said));
  }
  return "trainer lost";
}

}  // namespace espalier::task
