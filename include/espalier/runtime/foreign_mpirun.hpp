#pragma once
// Whether the mpirun that would be started belongs to the Open MPI that this program is linked with.
#include <string>

namespace espalier::runtime {

/// What is wrong with an mpirun that says this of itself, for a program linked with a library that says that; "" if
/// nothing is. Open MPI's launchers start ranks of their own major version.
std::string mpirun_trouble(const std::string& mpirun_says, const std::string& library_says);

/// Throws EnvironmentError, with the program's path, where the first mpirun in PATH is another one's.
void refuse_foreign_mpirun();

}  // namespace espalier::runtime
