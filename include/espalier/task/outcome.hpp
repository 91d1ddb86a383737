#pragma once
// How work stands and how it ends: one enumeration each, for messages, records and views. The numbers are stored.
#include <cstdint>
#include <string>

namespace espalier::task {

/// Of a run and of its task.
enum class RunState : std::uint8_t {
  waiting = 0,
  ready = 1,
  running = 2,
  done = 3,
  failed = 4,
  quarantined = 5,
  cancelled = 6,
  aborted = 7,
};
constexpr RunState last_known(RunState) { return RunState::aborted; }

/// "waiting", "ready", ...
const char* name_of(RunState state);

/// Whether the state is never left by itself.
bool is_final(RunState state);

/// How an attempt ended that its trainer lived through.
enum class End : std::uint8_t { done = 0, diverged = 1, refused = 2, stopped = 3, cancelled = 4 };

/// Why a trainer that did not live through an attempt is gone.
enum class FailureCause : std::uint8_t {
  crashed = 0,
  killed = 1,
  hung = 2,
  out_of_memory = 3,
  exited = 4,
  environment = 5,  ///< its machine could not do it: no disk left, images gone, a limit reached
};
constexpr FailureCause last_known(FailureCause) { return FailureCause::environment; }

/// What a person is told of it: "trainer killed by signal 9".
std::string describe(FailureCause cause, int signal, int exit_code, const std::string& log_tail);

/// What a file holds that a trainer wrote.
enum class ArtifactKind : std::uint8_t { training = 0, finished = 1, predictions = 2 };
constexpr ArtifactKind last_known(ArtifactKind) { return ArtifactKind::predictions; }

}  // namespace espalier::task
