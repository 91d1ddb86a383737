// What the supervisor does when a launch dies or a signal comes.
#include "runtime/supervisor_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "espalier/core/errors.hpp"

namespace espalier::runtime {

SupervisorCommands SupervisorCore::on(const SupervisorEvent& event, double now) {
  now_ = now;
  std::visit([this](const auto& one) { take(one); }, event);
  return std::exchange(commands_, {});
}

void SupervisorCore::take(const SupervisorStarted& event) {
  best_ = event.journal.results;
  start(event.journal.segments);
}

void SupervisorCore::start(std::size_t segments) {
  phase_ = Phase::launched;
  segments_before_ = segments;
  commands_.emplace_back(StartLaunch{});
}

void SupervisorCore::take(const SignalCame& event) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::pausing) return exit_with(static_cast<int>(ExitCode::stopped));
  if (stop_signal_ == 0) return begin_stop(event);
  if (event.signal != SIGINT) return;
  aborted_ = true;
  commands_.emplace_back(SignalLaunch{SIGTERM});  // mpirun kills all ranks within 2 s
  stop_deadline_ = std::min(stop_deadline_, now_ + kAbortLimit_s);
}

/// The launch is told by the next tick.
void SupervisorCore::begin_stop(const SignalCame& event) {
  stop_signal_ = event.signal;
  stop_deadline_ = now_ + (began(event.segments) ? kStopLimit_s : kEarlyStopLimit_s);
  if (event.signal == SIGINT) print("espalier: stopping, all work is saved. Ctrl-C again aborts.");
}

void SupervisorCore::take(const SupervisorTick& event) {
  if (phase_ == Phase::pausing && now_ >= start_at_) return start(segments_before_);
  if (phase_ != Phase::launched || stop_signal_ == 0) return;
  // Before rank 0 has its journal nobody listens yet, and nothing can be lost.
  if (!stop_sent_ && began(event.segments)) {
    commands_.emplace_back(SignalLaunch{SIGUSR2});
    stop_sent_ = true;
  }
  if (now_ > stop_deadline_) commands_.emplace_back(SignalLaunch{SIGKILL});
}

/// The journal knows better than mpirun how a launch ended.
void SupervisorCore::take(const LaunchEnded& event) {
  const auto& [exit, journal] = event;
  if (began(journal.segments) && journal.last_exit >= 0) return exit_with(journal.last_exit);
  if (aborted_) return exit_with(128 + stop_signal_);
  if (stop_signal_ != 0) return exit_with(static_cast<int>(ExitCode::stopped));
  const bool is_final =
      exit.code == static_cast<int>(ExitCode::usage) || exit.code == static_cast<int>(ExitCode::environment);
  if (is_final) return exit_with(exit.code);
  start_again_later(journal);
}

/// A launch that only starts and dies makes no progress.
void SupervisorCore::start_again_later(const JournalFacts& journal) {
  tries_ = journal.results > best_ ? 1 : tries_ + 1;
  best_ = std::max(best_, journal.results);
  segments_before_ = journal.segments;
  if (tries_ >= kTriesWithoutProgress) {
    print(fmt::format("espalier: the launch died {} times without progress. See {}.", tries_, log_));
    return exit_with(static_cast<int>(ExitCode::environment));
  }
  print(fmt::format("espalier: the launch died; starting it again (see {}).", log_));
  phase_ = Phase::pausing;
  start_at_ = now_ + kFirstPause_s * (1 << (tries_ - 1));
}

void SupervisorCore::exit_with(int code) {
  phase_ = Phase::over;
  commands_.emplace_back(ExitWith{code});
}

}  // namespace espalier::runtime
