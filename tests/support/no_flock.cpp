// A library that tests load before a program: to it, no file system has locks, as on some network file systems.
#include <sys/file.h>

#include <cerrno>

extern "C" int flock(int, int) noexcept {
  errno = ENOLCK;
  return -1;
}
