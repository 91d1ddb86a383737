#pragma once
// Turns stop signals into a flag that rank 0's loop reads, and early warnings into an exit code of `run`.
namespace espalier::runtime {

/// Makes rank 0 note USR1, USR2, TERM and INT for stop_signal(). Call before MPI_Init.
void catch_stop_signals();
/// Ignores stop signals: launchers forward them, and Slurm sends SIGTERM, to every rank, but agents obey rank 0 only.
/// Whoever wants an end without it kills them; they die with their launcher, too.
void ignore_stop_signals();
/// The first of them that came, or 0.
int stop_signal();

/// Whether a signal is a batch system's early warning.
bool is_warning(int signal);
/// Ends this process with `code` at an early warning: for `run` as long as nothing is started that could be saved.
void exit_at_warning(int code);

}  // namespace espalier::runtime
