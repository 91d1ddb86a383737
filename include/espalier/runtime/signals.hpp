#pragma once
// Turns stop signals into a flag that rank 0's loop reads.
namespace espalier::runtime {

/// Before MPI_Init: USR2, TERM and INT become a wish to stop that the loop looks at.
void catch_stop_signals();
/// Agents take orders from rank 0 only: mpirun forwards USR2 to every rank.
void ignore_stop_signals();
bool stop_wanted();

}  // namespace espalier::runtime
