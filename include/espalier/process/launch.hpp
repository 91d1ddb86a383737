#pragma once
// Starts a program by argument vector, never through a shell; passes on only the descriptors that are named.
#include <sys/types.h>

#include <string>
#include <vector>

namespace espalier::process {

/// A descriptor of ours that the child sees as number `as`.
struct Passed {
  int descriptor = -1;
  int as = -1;
};

struct ProcessOptions {
  std::vector<std::string> argv;         ///< argv[0]: a path, or found on PATH
  std::vector<std::string> environment;  ///< "NAME=value", added to ours
  std::vector<Passed> descriptors;       ///< all others above 2 are closed in the child
  std::vector<int> blocked;              ///< signals the child starts with blocked; all handlers are the defaults
  bool own_session = false;
  int death_signal = 0;  ///< sent to the child when the calling *thread* ends; 0: none
};

/// Starts the child and returns its id. Call from the main thread where death_signal is set.
/// Throws EnvironmentError if the program cannot be executed.
pid_t launch(const ProcessOptions& options);

/// How a process ended.
struct Exit {
  int code = 0;    ///< 128 + n when killed by signal n
  int signal = 0;  ///< 0: it exited by itself
};
Exit exit_of(int wait_status);

/// What a process of this machine does, as /proc names it: 'R' runs, 'S' waits, 'D' waits for a disk, 'T' is stopped,
/// by a signal or by a debugger. 0 where that is not known.
char state_of(pid_t process);
/// Whether it is stopped. False where that is not known.
bool is_stopped(pid_t process);

/// Asks the kernel to kill this process when its parent ends; exits at once if the parent has ended already.
void die_with_parent();

}  // namespace espalier::process
