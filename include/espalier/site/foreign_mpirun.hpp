#pragma once
// Whether the mpirun that would be started belongs to the Open MPI that this program is linked with.
#include <string>

namespace espalier::site {

/// What an answer of `mpirun --version` says against it, for a program with this library (mpi::library()); "" if they
/// fit. Open MPI's launchers start ranks of their own major version.
std::string foreign_mpirun(const std::string& said, const std::string& library);

/// Throws EnvironmentError, with the program's path, where the first mpirun in PATH does not fit to `library`.
void refuse_foreign_mpirun(const std::string& library);

}  // namespace espalier::site
