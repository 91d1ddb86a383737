#pragma once
// Turns a failed MPI call into an exception.
#include <mpi.h>

#include <string>

#include "espalier/core/errors.hpp"

namespace espalier::mpi {

/// Throws EnvironmentError with call, rank and the library's text.
inline void check(int result, const char* call) {
  if (result == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0, rank = -1;
  MPI_Error_string(result, text, &length);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  throw EnvironmentError(std::string(call) + " failed on rank " + std::to_string(rank),
                         std::string(text, static_cast<std::size_t>(length)), "");
}

}  // namespace espalier::mpi
