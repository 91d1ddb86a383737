// Turns the errno of a failed call on raw images into the error of whose mistake it is.
#include "data/cannot_read.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "espalier/core/culprit.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {

void cannot_read(const std::filesystem::path& path, int error) {
  const std::string problem = "cannot read '" + path.string() + "'";
  if (culprit_of_error(error) == Culprit::machine) {
    throw EnvironmentError(problem, std::strerror(error), "Give the same command again once the machine can read it.");
  }
  throw UsageError(problem, error == EINVAL ? "it is not a file" : std::strerror(error),
                   "Check the path; paths are relative to the study file or --data-root.");
}

bool is_folder(const std::filesystem::path& path) {
  struct stat facts{};
  if (::stat(path.c_str(), &facts) == 0) return S_ISDIR(facts.st_mode);
  if (culprit_of_error(errno) == Culprit::machine) cannot_read(path, errno);
  return false;
}

}  // namespace espalier::data
