#pragma once
// The supervisor as a pure state machine: no clock, process, signal handler or file. Told an event, it answers with
// commands.
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "espalier/process/launch.hpp"
#include "runtime/launch/launch_words.hpp"

namespace espalier::runtime {

inline constexpr int kTriesWithoutProgress = 5;
inline constexpr double kStopSilence_s = 9.6;   ///< a launch that stops is killed when it is silent for so long
inline constexpr double kEarlyStopLimit_s = 3;  ///< from a stop until a launch without a journal is killed
inline constexpr double kAbortLimit_s = 3;      ///< the same after a second Ctrl-C
inline constexpr double kLastWords_s = 5;       ///< before the end of a stop, for rank 0 to journal what is not saved
inline constexpr double kEndLimit_s = 10;       ///< from rank 0's last word until a launch that stays is killed
inline constexpr double kNodesPause_s = 10;     ///< from one look at the nodes to the next
inline constexpr double kNodesLimit_s =
    1200;  ///< for Slurm to put back a job that has lost a node: its own limit is 300
inline constexpr double kFirstPause_s = 0.5;  ///< before a launch that died is started again; then twice as long

/// What the supervisor knows of its surroundings.
struct LaunchFacts {
  std::string launcher = "mpirun";  ///< or "srun", for what is said
  double warned_s = 115;            ///< after USR1 or USR2; docs/running.md asks for it two minutes before the end
  bool has_nodes = false;           ///< those of a batch job, which may be lost
};

/// How long a launch that stops may take in all. Slurm and others kill 30 s after TERM.
double stop_limit_s(int signal, double warned_s = LaunchFacts{}.warned_s);

/// How long the supervisor waits for heartbeats. Time in which it was suspended itself does not count.
struct WatchLimits {
  double first_s = 120;    ///< for the first one: the launcher starts rank 0
  double journal_s = 600;  ///< until rank 0 has opened its journal
  double silence_s = 30;   ///< between two of them, and from the journal's begin on
};

/// What the journal says of the launches so far.
struct JournalFacts {
  std::size_t segments = 0;  ///< a launch has begun once it has opened one
  int last_exit = -1;        ///< of the last launch that ended in order; -1: none, or one runs now
  std::size_t results = 0;   ///< what counts as progress
};

struct SupervisorStarted {
  JournalFacts journal;
};
/// Somebody asks for an end: SIGINT, SIGTERM, SIGUSR1, SIGUSR2 or SIGHUP.
struct SignalCame {
  int signal = 0;
  std::size_t segments = 0;
  LaunchWords words;
};
struct LaunchEnded {
  process::Exit exit;
  JournalFacts journal;
  LaunchWords words;
};
/// Time has passed.
struct SupervisorTick {
  std::size_t segments = 0;
  LaunchWords words;
};

/// Answers CheckNodes.
struct NodesChecked {
  std::string trouble;   ///< why another launch would have no chance now; empty: it may be started
  bool is_over = false;  ///< nor later: the job has ended or begun anew elsewhere
};

using SupervisorEvent = std::variant<SupervisorStarted, SignalCame, LaunchEnded, SupervisorTick, NodesChecked>;

struct StartLaunch {};
/// Asks whether all nodes of a job answer; the reply is the event NodesChecked.
struct CheckNodes {};
struct SignalLaunch {
  int signal = 0;
};
/// Tells rank 0 that a stop has had its time: what is not saved by now is to be journaled as lost. By a request, since
/// every signal that launchers pass on may also come from outside.
struct SayTimeIsUp {};
struct PrintLine {
  std::string line;
};
/// The last command: the supervisor ends.
struct ExitWith {
  int code = 0;
};
using SupervisorCommand = std::variant<StartLaunch, CheckNodes, SignalLaunch, SayTimeIsUp, PrintLine, ExitWith>;
/// To be done in this order.
using SupervisorCommands = std::vector<SupervisorCommand>;

class SupervisorCore {
 public:
  /// `log` is the path of the launches' log, for the user.
  explicit SupervisorCore(std::string log, WatchLimits limits = {}, LaunchFacts facts = {})
      : log_(std::move(log)), limits_(limits), facts_(std::move(facts)) {}

  /// `now` in seconds, never falling.
  SupervisorCommands on(const SupervisorEvent& event, double now);

 private:
  enum class Phase { launched, pausing, over };

  void take(const SupervisorStarted& event);
  void take(const SignalCame& event);
  void take(const LaunchEnded& event);
  void take(const SupervisorTick& event);
  void take(const NodesChecked& event);
  void start(std::size_t segments);
  void start_again_later(const JournalFacts& journal, const LaunchWords& words);
  void give_up_trying(const LaunchWords& words);
  void begin_stop(const SignalCame& event);
  void join_stop(const SupervisorTick& event);
  void listen(const SupervisorTick& event);
  void watch(const SupervisorTick& event);
  void watch_stop(const SupervisorTick& event);
  void give_up(const std::string& why, const LaunchWords& words);
  void end_without_journal(int code);
  void exit_with(int code);
  /// The journal may be gone, and rank 0's word may be late: either is enough.
  bool began(std::size_t segments, const LaunchWords& words) const {
    return words.begun || segments > segments_before_;
  }
  void print(std::string line) { commands_.emplace_back(PrintLine{std::move(line)}); }

  std::string log_;
  WatchLimits limits_;
  LaunchFacts facts_;
  SupervisorCommands commands_;  ///< of the event being taken; by emplace_back: GCC 12 warns of push_back
  double now_ = 0;

  Phase phase_ = Phase::over;
  std::size_t segments_before_ = 0;  ///< of the journal when the launch was started
  std::size_t best_ = 0;             ///< most results that were ever seen
  int tries_ = 0;                    ///< launches that died since there was progress
  bool any_began_ = false;           ///< one of them had opened its journal
  double start_at_ = 0;              ///< when the pause ends
  double waits_for_nodes_s_ = 0;     ///< since a launch died and not all nodes answer

  double heard_at_ = 0;           ///< when heartbeats were last looked for
  double runs_s_ = 0;             ///< how long the launch runs
  double silent_s_ = 0;           ///< since its last heartbeat
  double over_s_ = 0;             ///< since rank 0 said that it ends
  std::uint64_t heartbeats_ = 0;  ///< of the launch
  bool has_begun_ = false;        ///< the launch has opened its journal
  bool killing_ = false;          ///< the launch is being killed
  bool final_ = false;            ///< and another would not do better

  int stop_signal_ = 0;   ///< the first that asked for an end
  bool aborted_ = false;  ///< a second Ctrl-C
  bool stop_sent_ = false;
  double stop_deadline_ = 0;
  double time_is_up_at_ = std::numeric_limits<double>::infinity();  ///< when rank 0 is told that it is near
};

}  // namespace espalier::runtime
