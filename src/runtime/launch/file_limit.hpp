#pragma once
// How many files mpirun must be allowed to open for a launch. Below that it says so only in its log, and may hang.
#include <cstdint>

namespace espalier::runtime {

/// Descriptors that mpirun needs for so many ranks on its own machine, with some to spare.
std::int64_t files_for(std::int32_t ranks);

struct FileLimit {
  std::int64_t soft = 0, hard = 0;
};

/// The soft limit under which a launch of `workers` starts: the one that is set, where that suffices. Throws
/// EnvironmentError where the hard one is too low. `is_spread`: other machines take most of the ranks.
std::int64_t needed_limit(std::int32_t workers, const FileLimit& limit, bool is_spread);

/// Raises the soft limit of this process, and so of all that it starts, where a launch of `workers` needs that. Throws
/// EnvironmentError where it may not.
void raise_file_limit(std::int32_t workers);

}  // namespace espalier::runtime
