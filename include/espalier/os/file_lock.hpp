#pragma once
// Advisory locks on open files (flock), which some network file systems lack.
#include <cstdint>
#include <filesystem>

#include "espalier/os/descriptor.hpp"

namespace espalier::os {

enum class FileLock : std::uint8_t {
  taken,        ///< until the descriptor is closed
  held,         ///< by somebody else
  unsupported,  ///< the file system has no locks (ENOSYS, ENOLCK, EOPNOTSUPP): nobody can tell who holds one
};

enum class LockMode : std::uint8_t { shared, exclusive };

/// Tries to lock without waiting. Throws EnvironmentError with the file's name where that fails for another reason.
FileLock try_lock(const Descriptor& opened, LockMode mode, const std::filesystem::path& file);

}  // namespace espalier::os
