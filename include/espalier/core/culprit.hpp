#pragma once
// Whose fault it is that an attempt at a task has ended: one table over errno, signals, exit codes and the kernel's
// count of processes killed for memory.
#include <cstdint>
#include <span>
#include <string>

namespace espalier {

enum class Culprit : std::uint8_t {
  task = 0,     ///< the task, or what the user named for it: trying again would not help
  machine = 1,  ///< where it ran: tried again after a pause, never charged to the task
  unknown = 2,  ///< either: tried again a few times
};

/// What shows how an attempt ended.
enum class Evidence : std::uint8_t { error, signal, exit_code, memory_kill, silence };

/// One line of the table. `number`: the errno, signal or exit code; of silence the process's state where that explains
/// it, as /proc names it ('T': stopped, 'D': waits for a disk); else 0.
struct CulpritRow {
  Evidence evidence = Evidence::exit_code;
  int number = 0;
  Culprit culprit = Culprit::unknown;
  const char* said = "";  ///< what a person is told of it
};

std::span<const CulpritRow> culprit_table();

/// The line for this; one with Culprit::unknown where the table has none.
CulpritRow judge(Evidence evidence, int number = 0);
inline Culprit culprit_of_error(int error) { return judge(Evidence::error, error).culprit; }

/// How a process ended that worked on a task.
struct ProcessEnd {
  int signal = 0, exit_code = 0;
  bool is_silent = false;         ///< it was killed because it gave no sign of life
  bool is_memory_killed = false;  ///< the kernel killed processes for memory while it ran
  char state = 0;                 ///< of a silent one, when it was killed: as /proc names it; 0: not known
};
CulpritRow judge(const ProcessEnd& end);

/// Whether an end counts against the task's budget.
inline bool is_charged(Culprit culprit) { return culprit != Culprit::machine; }

/// How often a task is tried that the machine could not do, and how often a worker may lose its trainers for that.
inline constexpr std::int32_t kMachineBudget = 5;

/// Exit code of a trainer that ran out of memory.
inline constexpr int kOutOfMemoryExit = 3;

}  // namespace espalier
