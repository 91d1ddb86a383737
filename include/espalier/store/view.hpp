#pragma once
// OUT/results.h5: a whole file, rebuilt from the journal, replaced by rename. docs/store.md is its format.
#include <filesystem>
#include <optional>
#include <vector>

#include "espalier/store/state.hpp"

namespace espalier::store {

/// Gives results.h5 a second name, "results-of-<records>-records.h5", which no view replaces: call before damage of the
/// journal is accepted. Returns that name; none where there is no view that can be read.
std::optional<std::filesystem::path> keep_view(const std::filesystem::path& out);

/// keep_view() where results.h5 was made from more records than the journal still has, so that nothing overwrites the
/// last copy.
std::optional<std::filesystem::path> keep_richer_view(const State& state, const std::filesystem::path& out);

/// results.h5 and those kept under other names, in that order, the one of most records first.
std::vector<std::filesystem::path> list_views(const std::filesystem::path& out);

/// Writes results.h5 beside, syncs, renames. Call only in a process that may die: HDF5 does not survive failed writes.
/// Returns the name under which a file in its place that is no view of ours was set aside. Throws
/// frame::NewerFormatError, with nothing written, where a newer version's view is there.
std::optional<std::filesystem::path> write_view(const State& state, const std::filesystem::path& out);

}  // namespace espalier::store
