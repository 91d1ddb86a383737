#pragma once
// Which work follows from a request of the user: what `retry` gives back, and what nobody needs after `cancel`.
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// What is to be tried again for these tasks: those that ended without being done, inputs that did, and what was
/// aborted because of them. Selections that could not be made are forgotten. `runs`: cancelled runs that are wanted
/// again. The record's time is not set.
GivenBackRecord given_back(const State& state, const std::vector<TaskId>& tasks, const std::vector<RunId>& runs);

/// Tasks that have not ended and that cancelled runs need but no other current run; what needs a task stands before it.
std::vector<TaskId> unneeded_tasks(const State& state);

}  // namespace espalier::store
