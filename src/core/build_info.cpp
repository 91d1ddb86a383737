// Returns the version, commit, compiler and build type that CMake compiled in.
#include "espalier/core/build_info.hpp"

#ifndef ESPALIER_COMMIT
#define ESPALIER_COMMIT "unknown"
#endif

namespace espalier::build_info {

std::string version() { return ESPALIER_VERSION; }
std::string commit() { return ESPALIER_COMMIT; }
std::string compiler() { return "g++ " __VERSION__; }
std::string build_type() { return ESPALIER_BUILD_TYPE; }

}  // namespace espalier::build_info
