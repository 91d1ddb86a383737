#pragma once
// Says whose mistake it is that raw images cannot be read.
#include <filesystem>

namespace espalier::data {

/// Throws by errno: EnvironmentError where the machine is at fault (core/culprit.hpp), else UsageError.
[[noreturn]] void cannot_read(const std::filesystem::path& path, int error);

/// Whether it is a folder, or a link to one. False where it is not there or leads nowhere; throws EnvironmentError
/// where the machine cannot tell.
bool is_folder(const std::filesystem::path& path);

}  // namespace espalier::data
