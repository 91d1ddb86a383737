#include "store/describe.hpp"

#include <fmt/format.h>

namespace espalier::store {

std::string outcome_text(const EndedRecord& ended) {
  const std::string name = ended.state == plan::RunState::waiting ? "stopped" : plan::name_of(ended.state);
  return ended.cause.empty() ? name : name + ": " + ended.cause;
}

std::string loss_text(const sched::TrainerLost& lost) {
  switch (lost.cause) {
    case sched::LossCause::crashed: return fmt::format("trainer crashed with signal {}", lost.signal);
    case sched::LossCause::killed: return fmt::format("trainer killed by signal {}", lost.signal);
    case sched::LossCause::hung: return "trainer hung: no sign of life, killed";
    case sched::LossCause::out_of_memory: return "trainer out of memory";
    case sched::LossCause::exited: return fmt::format("trainer left with exit code {}", lost.exit_code);
  }
  return "trainer lost";
}

}  // namespace espalier::store
