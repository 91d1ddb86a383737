#pragma once
// What rank 0 says of itself to the supervisor. It travels on standard output, since mpirun and srun pass that on
// from any host, and a launch whose launcher is stopped falls silent, too.
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace espalier::runtime {

/// A heartbeat. A line break behind it belongs to it: srun passes on whole lines. Neither byte occurs in text.
inline constexpr char kHeartbeat = '\x06';
/// Before a word, which ends with its line: "begun", "signal NUMBER", "ended CODE", or "refused CODE" from any rank.
inline constexpr char kWord = '\x05';

/// What a launch has said of itself since it was started, and what shows of mpirun or srun.
struct LaunchWords {
  std::uint64_t heartbeats = 0;
  bool begun = false;             ///< rank 0 has opened its journal
  int refused_with = -1;          ///< the exit code of a rank that cannot work, and would not next time; -1: none
  int ended_with = -1;            ///< the exit code of a launch that ended in order; -1: it has not
  int signal = 0;                 ///< the first that asked rank 0 to stop, from whomever; 0: none did
  bool launcher_stopped = false;  ///< mpirun or srun is stopped by a signal, or by a debugger
  std::string last_line;          ///< that was printed and says something (LastLines)
};

/// Takes the words out of a launch's output.
class WordReader {
 public:
  /// Returns what is left, the text.
  std::string take(std::string_view output);
  const LaunchWords& words() const { return words_; }

 private:
  void take_word();

  LaunchWords words_;
  bool in_word_ = false, after_heartbeat_ = false;
  std::string word_;
};

/// The end of what a launch prints, of which one line shows best what is wrong: mpirun adds backtraces and rules.
class LastLines {
 public:
  void add(const std::string& line);
  /// The last of the kept lines that names a limit or an error, without where in MPI's source it arose; else the last.
  std::string most_telling() const;

 private:
  struct Line {
    std::string text;
    bool is_telling = false;
  };
  std::deque<Line> lines_;
};

}  // namespace espalier::runtime
