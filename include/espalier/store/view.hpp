#pragma once
// OUT/results.h5: a whole file, rebuilt from the journal, replaced by rename. docs/store.md is its format.
#include <filesystem>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// Writes results.h5 beside, syncs, renames. Call only in a process that may die: HDF5 does not survive failed writes.
void write_view(const State& state, const std::filesystem::path& out);

}  // namespace espalier::store
