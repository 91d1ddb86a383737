#pragma once
// One `submit` at a time for a result directory.
#include <filesystem>

#include "espalier/os/descriptor.hpp"

namespace espalier::cli {

/// Takes OUT/logs/submit.lock, which the returned descriptor holds: from the question whether a job is queued until the
/// next one would see the new job. Waits for another `submit` up to 20 s, then throws UsageError. Where the file system
/// has no locks, it warns and goes on.
[[nodiscard]] os::Descriptor lock_submission(const std::filesystem::path& out);

}  // namespace espalier::cli
