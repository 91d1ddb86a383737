// What the supervisor does when a launch dies or a signal comes.
#include "runtime/launch/supervisor_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <utility>

#include "espalier/core/errors.hpp"
#include "espalier/runtime/signals.hpp"

namespace espalier::runtime {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// "It last said: no more pipes. ", or "".
std::string last_said(const LaunchWords& words) {
  return words.last_line.empty() ? "" : fmt::format("It last said: {}. ", words.last_line);
}

}  // namespace

double stop_limit_s(int signal, double warned_s) {
  if (signal == SIGINT) return 600;  // a second one aborts
  return is_warning(signal) ? warned_s : 28;
}

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
  heard_at_ = now_;
  runs_s_ = silent_s_ = over_s_ = 0;
  heartbeats_ = 0;
  has_begun_ = killing_ = false;
  commands_.emplace_back(StartLaunch{});
}

void SupervisorCore::take(const SignalCame& event) {
  if (phase_ == Phase::over) return;
  if (phase_ == Phase::pausing) return exit_with(static_cast<int>(ExitCode::stopped));
  if (stop_signal_ == 0) return begin_stop(event);
  if (event.signal != SIGINT) return;
  aborted_ = true;
  time_is_up_at_ = kNever;
  commands_.emplace_back(SignalLaunch{SIGTERM});  // the launcher kills all ranks within 2 s
  stop_deadline_ = std::min(stop_deadline_, now_ + kAbortLimit_s);
}

/// The launch is told by the next tick.
void SupervisorCore::begin_stop(const SignalCame& event) {
  stop_signal_ = event.signal;
  const bool has_begun = began(event.segments, event.words);
  stop_deadline_ = now_ + (has_begun ? stop_limit_s(event.signal, facts_.warned_s) : kEarlyStopLimit_s);
  if (has_begun) time_is_up_at_ = stop_deadline_ - kLastWords_s;
  silent_s_ = 0;
  if (event.signal == SIGINT) print("espalier: stopping and saving. Ctrl-C again aborts.");
}

/// A warning to a job's step alone has not come to this process. Other signals do not say that: a launcher that ends
/// its ranks for one that died sends them TERM.
void SupervisorCore::join_stop(const SupervisorTick& event) {
  if (!is_warning(event.words.signal)) return;
  begin_stop({event.words.signal, event.segments, event.words});
  stop_sent_ = true;
}

void SupervisorCore::take(const SupervisorTick& event) {
  if (phase_ == Phase::pausing && now_ >= start_at_) {
    if (!facts_.has_nodes) return start(segments_before_);
    start_at_ = now_ + kNodesPause_s;
    commands_.emplace_back(CheckNodes{});
    return;
  }
  if (phase_ != Phase::launched) return;
  listen(event);
  if (stop_signal_ == 0) join_stop(event);
  if (stop_signal_ != 0) watch_stop(event);
  else watch(event);
  if (over_s_ > kEndLimit_s) killing_ = true;
  if (killing_) commands_.emplace_back(SignalLaunch{SIGKILL});  // at each tick, until it is gone
}

/// A launch on half an allocation would hang on the lost node. Slurm puts the job back once it misses that node, too.
void SupervisorCore::take(const NodesChecked& event) {
  if (phase_ != Phase::pausing) return;
  if (event.trouble.empty()) {
    waits_for_nodes_s_ = 0;
    return start(segments_before_);
  }
  if (event.is_over) {
    print(fmt::format("espalier: {}: this start of it is over.", event.trouble));
    return exit_with(static_cast<int>(ExitCode::stopped));
  }
  if (waits_for_nodes_s_ == 0) {
    print(
        fmt::format("espalier: {}. The launch is started again once all answer; Slurm puts a job back that has lost "
                    "a node.",
                    event.trouble));
  }
  waits_for_nodes_s_ += kNodesPause_s;
  if (waits_for_nodes_s_ < kNodesLimit_s) return;
  print(fmt::format("espalier: {} for {:.0f} minutes: given up.", event.trouble, waits_for_nodes_s_ / 60));
  exit_with(static_cast<int>(ExitCode::environment));
}

/// A tick that comes late counts as a second: this process was suspended, and with it perhaps the launch.
void SupervisorCore::listen(const SupervisorTick& event) {
  const double passed = std::min(now_ - heard_at_, 1.0);
  heard_at_ = now_;
  runs_s_ += passed;
  const bool begins = began(event.segments, event.words) && !std::exchange(has_begun_, true);
  silent_s_ = event.words.heartbeats == heartbeats_ && !begins ? silent_s_ + passed : 0;
  heartbeats_ = event.words.heartbeats;
  if (event.words.ended_with >= 0) over_s_ += passed;
}

void SupervisorCore::watch(const SupervisorTick& event) {
  if (killing_) return;
  const auto stopped = facts_.launcher + " is stopped";
  const auto who = event.words.launcher_stopped ? stopped : "does it hang?";
  if (!has_begun_ && heartbeats_ == 0 && runs_s_ > limits_.first_s) {
    return give_up(fmt::format("{} has started nothing for {:.0f} s ({})", facts_.launcher, runs_s_, who), event.words);
  }
  if (!has_begun_ && runs_s_ > limits_.journal_s) {
    return give_up(fmt::format("rank 0 has not opened its journal for {:.0f} s (MPI does not start?)", runs_s_),
                   event.words);
  }
  // Where none has arrived at all, it may be on its way for as long as a first one may be.
  const double limit = heartbeats_ == 0 ? std::max(limits_.first_s, limits_.silence_s) : limits_.silence_s;
  if ((heartbeats_ == 0 && !has_begun_) || silent_s_ <= limit) return;
  killing_ = true;
  print(fmt::format("espalier: the launch has sent no heartbeat for {:.0f} s ({}); it is killed.", silent_s_,
                    event.words.launcher_stopped ? stopped : "is rank 0 stopped, or does it hang?"));
}

void SupervisorCore::give_up(const std::string& why, const LaunchWords& words) {
  killing_ = final_ = true;
  print(fmt::format("espalier: {}. {}The launch is given up; see {}.", why, last_said(words), log_));
}

/// Before rank 0 has its journal nobody listens yet, and nothing can be lost.
void SupervisorCore::watch_stop(const SupervisorTick& event) {
  if (!stop_sent_ && began(event.segments, event.words)) {
    commands_.emplace_back(SignalLaunch{SIGUSR2});
    stop_sent_ = true;
  }
  if (now_ > time_is_up_at_) {
    commands_.emplace_back(SayTimeIsUp{});
    time_is_up_at_ = kNever;
  }
  if (now_ > stop_deadline_ || silent_s_ > kStopSilence_s) killing_ = true;
}

/// The journal knows better than the launcher how a launch ended.
void SupervisorCore::take(const LaunchEnded& event) {
  const auto& [exit, journal, words] = event;
  if (began(journal.segments, {}) && journal.last_exit >= 0) return exit_with(journal.last_exit);
  if (words.ended_with >= 0) return end_without_journal(words.ended_with);
  if (aborted_) return exit_with(128 + stop_signal_);
  if (stop_signal_ != 0) return exit_with(static_cast<int>(ExitCode::stopped));
  if (final_) return exit_with(static_cast<int>(ExitCode::environment));
  const bool is_final =
      exit.code == static_cast<int>(ExitCode::usage) || exit.code == static_cast<int>(ExitCode::environment);
  if (words.refused_with >= 0) return exit_with(words.refused_with);
  if (is_final) return exit_with(exit.code);
  start_again_later(journal, words);
}

/// Another launch would only refuse what is left.
void SupervisorCore::end_without_journal(int code) {
  print(
      "espalier: the launch ended in order, but its journal does not show that: was a part of it deleted? "
      "'espalier verify' says what is missing.");
  exit_with(code);
}

/// A launch that only starts and dies makes no progress.
void SupervisorCore::start_again_later(const JournalFacts& journal, const LaunchWords& words) {
  const bool has_begun = began(journal.segments, words);
  any_began_ = has_begun || any_began_;
  tries_ = journal.results > best_ ? 1 : tries_ + 1;
  best_ = std::max(best_, journal.results);
  segments_before_ = journal.segments;
  if (tries_ >= kTriesWithoutProgress) return give_up_trying(words);
  print(fmt::format("espalier: the launch {}; starting it again. {}See {}.",
                    has_begun ? "died" : "died before it began", last_said(words), log_));
  phase_ = Phase::pausing;
  start_at_ = now_ + kFirstPause_s * (1 << (tries_ - 1));
}

void SupervisorCore::give_up_trying(const LaunchWords& words) {
  const auto what = any_began_ ? fmt::format("died {} times without progress", tries_)
                               : fmt::format("never began: it died {} times before rank 0 had its journal", tries_);
  print(fmt::format("espalier: the launch {}. {}See {}.", what, last_said(words), log_));
  exit_with(static_cast<int>(ExitCode::environment));
}

void SupervisorCore::exit_with(int code) {
  phase_ = Phase::over;
  commands_.emplace_back(ExitWith{code});
}

}  // namespace espalier::runtime
