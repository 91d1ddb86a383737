#pragma once
// A journal segment that comes into its place with all its records at once.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/store/journal.hpp"
#include "store/merge/record_buffer.hpp"

namespace espalier::store {

/// Writes the segment behind that of `before` beside its place, syncs it and links it there: a kill leaves all of it or
/// nothing. `before` takes no more records then. Throws Error where another process was faster.
void put_whole_segment(const std::filesystem::path& out, const JournalWriter& before,
                       const std::vector<BufferedRecord>& records);

/// Removes what killed calls left beside. Only for who holds the lock of `out`.
void remove_unplaced_segments(const std::filesystem::path& out);

}  // namespace espalier::store
