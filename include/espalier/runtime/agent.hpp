#pragma once
// Entry point of every rank but 0: keeps one trainer, passes messages on, and watches it.
#include "espalier/mpi/session.hpp"

namespace espalier::runtime {

/// Serves until rank 0 says Stop or Shutdown. Collective: returns after the MPI session is finished.
void run_agent(mpi::Session& session);

}  // namespace espalier::runtime
