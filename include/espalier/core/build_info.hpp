#pragma once
// Version, commit, compiler and build type of this program, and the version of its numerics.
#include <string>

namespace espalier::build_info {

std::string version();     ///< of the program, "0.1.0"
std::string commit();      ///< short git commit of the build, "unknown" outside a checkout
std::string compiler();    ///< name and version
std::string build_type();  ///< "Release", ...

/// Raised when a change alters what a training computes from equal settings. Part of every task's identity.
inline constexpr int kNumericsVersion = 1;

}  // namespace espalier::build_info
