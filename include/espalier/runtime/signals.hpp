#pragma once
// Turns stop signals into a flag that rank 0's loop reads.
namespace espalier::runtime {

/// Makes USR2, TERM and INT set the flag of stop_wanted(), and USR1 that of stop_time_is_up(). Call before MPI_Init.
void catch_stop_signals();
/// Ignores stop signals: launchers forward them, and Slurm sends SIGTERM, to every rank, but agents obey rank 0 only.
/// Whoever wants an end without it kills them; they die with their launcher, too.
void ignore_stop_signals();
bool stop_wanted();
/// Whether the supervisor has said that a stop has had its time: what has not saved by now cannot.
bool stop_time_is_up();

}  // namespace espalier::runtime
