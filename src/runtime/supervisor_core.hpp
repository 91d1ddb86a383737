#pragma once
// The supervisor as a pure state machine: no clock, process, signal handler or file. Told an event, it answers with
// commands.
#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "espalier/process/launch.hpp"

namespace espalier::runtime {

inline constexpr int kTriesWithoutProgress = 5;
inline constexpr double kStopLimit_s = 9.6;     ///< after a stop the launch is killed; the journal holds what was done
inline constexpr double kEarlyStopLimit_s = 3;  ///< the same for a launch that has not opened its journal
inline constexpr double kAbortLimit_s = 3;      ///< the same after a second Ctrl-C
inline constexpr double kFirstPause_s = 0.5;    ///< before a launch that died is started again; then twice as long

/// What the journal says of the launches so far.
struct JournalFacts {
  std::size_t segments = 0;  ///< a launch has begun once it has opened one
  int last_exit = -1;        ///< of the last launch that ended in order; -1: none, or one runs now
  std::size_t results = 0;   ///< what counts as progress
};

struct SupervisorStarted {
  JournalFacts journal;
};
/// Somebody asks for an end: SIGINT, SIGTERM, SIGUSR2 or SIGHUP.
struct SignalCame {
  int signal = 0;
  std::size_t segments = 0;
};
struct LaunchEnded {
  process::Exit exit;
  JournalFacts journal;
};
/// Time has passed.
struct SupervisorTick {
  std::size_t segments = 0;
};
using SupervisorEvent = std::variant<SupervisorStarted, SignalCame, LaunchEnded, SupervisorTick>;

struct StartLaunch {};
struct SignalLaunch {
  int signal = 0;
};
struct PrintLine {
  std::string line;
};
/// The last command: the supervisor ends.
struct ExitWith {
  int code = 0;
};
using SupervisorCommand = std::variant<StartLaunch, SignalLaunch, PrintLine, ExitWith>;
/// To be done in this order.
using SupervisorCommands = std::vector<SupervisorCommand>;

class SupervisorCore {
 public:
  /// `log` is the path of the launches' log, for the user.
  explicit SupervisorCore(std::string log) : log_(std::move(log)) {}

  /// `now` in seconds, never falling.
  SupervisorCommands on(const SupervisorEvent& event, double now);

 private:
  enum class Phase { launched, pausing, over };

  void take(const SupervisorStarted& event);
  void take(const SignalCame& event);
  void take(const LaunchEnded& event);
  void take(const SupervisorTick& event);
  void start(std::size_t segments);
  void start_again_later(const JournalFacts& journal);
  void begin_stop(const SignalCame& event);
  void exit_with(int code);
  bool began(std::size_t segments) const { return segments > segments_before_; }
  void print(std::string line) { commands_.emplace_back(PrintLine{std::move(line)}); }

  std::string log_;
  SupervisorCommands commands_;  ///< of the event being taken; by emplace_back: GCC 12 warns of push_back
  double now_ = 0;

  Phase phase_ = Phase::over;
  std::size_t segments_before_ = 0;  ///< of the journal when the launch was started
  std::size_t best_ = 0;             ///< most results that were ever seen
  int tries_ = 0;                    ///< launches that died since there was progress
  double start_at_ = 0;              ///< when the pause ends

  int stop_signal_ = 0;   ///< the first that asked for an end
  bool aborted_ = false;  ///< a second Ctrl-C
  bool stop_sent_ = false;
  double stop_deadline_ = 0;
};

}  // namespace espalier::runtime
