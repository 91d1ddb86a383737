#pragma once
// Opens and reads files that ought to be regular ones: a link, FIFO or device in their place is refused, never waited
// on.
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "espalier/os/descriptor.hpp"

namespace espalier::os {

/// Opens with `flags`, close-on-exec and without waiting for a FIFO's other end. Where the flags allow writing, a
/// symbolic link is refused: what we write never lands in a file elsewhere. Throws EnvironmentError unless the file is
/// regular (with O_DIRECTORY: a folder).
Descriptor open_regular(const std::filesystem::path& file, int flags);

/// The same for files that may be absent or in others' hands: an empty descriptor where it cannot be opened or is not
/// regular, with errno set.
Descriptor try_open_regular(const std::filesystem::path& file, int flags);

/// All bytes of a file of ours. Nothing where it is absent; throws EnvironmentError where it is not regular, cannot be
/// read, or holds more than `most_bytes`.
std::optional<std::string> read_regular(const std::filesystem::path& file, std::size_t most_bytes);

}  // namespace espalier::os
