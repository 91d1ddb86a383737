// Opens the standard streams that a caller closed, and flushes standard output with its errors.
#include "espalier/os/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <system_error>

namespace espalier::os {

void hold_standard_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    const int flags = stream == STDERR_FILENO ? O_WRONLY : O_RDONLY;  // what is read-only refuses to be printed to
    if (::open("/dev/null", flags) != stream) std::abort();           // the lowest free number is this one
  }
}

std::string flush_standard_output() {
  const bool failed_before = std::ferror(stdout) != 0;
  std::cout.flush();
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before && std::cout) return "";
  return errno ? std::generic_category().message(errno) : "the disk is full, or nobody reads it";
}

}  // namespace espalier::os
