#pragma once
// What every rank but 0 does: keeps one trainer, passes messages on, watches.
#include "espalier/mpi/session.hpp"

namespace espalier::runtime {

/// Serves until rank 0 says stop or shutdown. Collective: ends with the session finished.
void run_agent(mpi::Session& session);

}  // namespace espalier::runtime
