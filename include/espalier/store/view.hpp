#pragma once
// OUT/results.h5: a whole file, rebuilt from the journal, replaced by rename. docs/store.md is its format.
#include <filesystem>
#include <optional>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// Moves a results.h5 aside that was made from more records than the journal still has, so that nothing overwrites the
/// last copy. Returns where it lies then.
std::optional<std::filesystem::path> keep_richer_view(const State& state, const std::filesystem::path& out);

/// Writes results.h5 beside, syncs, renames. Call only in a process that may die: HDF5 does not survive failed writes.
void write_view(const State& state, const std::filesystem::path& out);

}  // namespace espalier::store
