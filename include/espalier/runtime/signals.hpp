#pragma once
// Turns stop signals into a flag that rank 0's loop reads.
namespace espalier::runtime {

/// Makes USR2, TERM and INT set the flag of stop_wanted(). Call before MPI_Init.
void catch_stop_signals();
/// Ignores stop signals: mpirun forwards USR2 to every rank, but agents obey rank 0 only.
void ignore_stop_signals();
bool stop_wanted();

}  // namespace espalier::runtime
