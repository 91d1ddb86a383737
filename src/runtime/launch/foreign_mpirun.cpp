// Asks mpirun for its version: another MPI's would start every rank as a world of its own, and hang or die.
#include "espalier/runtime/foreign_mpirun.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"

namespace espalier::runtime {

namespace {

/// Where a program is found, as execvp does.
std::string path_of(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto file = std::filesystem::path(folder.empty() ? "." : folder) / program;
    if (::access(file.c_str(), X_OK) == 0) return file.string();
  }
  return program;
}

/// "4" of "Open MPI v4.1.4, package: ..." and of "mpirun (Open RTE) 4.1.4"; "" where it is no Open MPI.
std::string major_version(const std::string& text) {
  static const std::regex words("Open (?:MPI|RTE|PRTE|PMIx)[^0-9]*([0-9]+)[.]");
  std::smatch found;
  return std::regex_search(text, found, words) ? found[1].str() : "";
}

std::string library_version() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  MPI_Get_library_version(text, &length);
  return text;
}

}  // namespace

std::string mpirun_trouble(const std::string& mpirun_says, const std::string& library_says) {
  const auto first_line = mpirun_says.substr(0, mpirun_says.find('\n'));
  const auto theirs = major_version(mpirun_says), ours = major_version(library_says);
  if (theirs.empty()) return fmt::format("is not Open MPI's (it says '{}')", first_line);
  if (ours.empty() || theirs == ours) return "";
  return fmt::format("is Open MPI {}'s, and this program is linked with Open MPI {}", theirs, ours);
}

void refuse_foreign_mpirun() {
  const auto said = process::capture({"mpirun", "--version"});
  const auto trouble = mpirun_trouble(said.out + said.err, library_version());
  if (trouble.empty()) return;
  throw EnvironmentError(fmt::format("'{}', the first mpirun in PATH, {}", path_of("mpirun"), trouble),
                         "it cannot start this program's processes",
                         "Put the right one first in PATH (module load openmpi), or use --launcher srun within a job.");
}

}  // namespace espalier::runtime
