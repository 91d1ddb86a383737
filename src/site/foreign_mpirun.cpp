// Asks mpirun for its version: another MPI's would start every rank as a world of its own, and hang or die.
#include "espalier/site/foreign_mpirun.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/process/capture.hpp"

namespace espalier::site {

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

}  // namespace

std::string foreign_mpirun(const std::string& said, const std::string& library) {
  const auto theirs = major_version(said), ours = major_version(library);
  if (theirs.empty()) return "is another MPI's";
  return ours.empty() || theirs == ours ? "" : "is of another version";
}

void refuse_foreign_mpirun(const std::string& library) {
  // One that hangs or fails says nothing of whose it is: the launch finds that out, and says why.
  const auto answer = process::capture({"timeout", "10", "mpirun", "--version"});
  if (answer.exit_code != 0) return;
  const auto said = answer.out.empty() ? answer.err : answer.out;
  const auto against = foreign_mpirun(said, library);
  if (against.empty()) return;
  throw EnvironmentError(
      fmt::format("'{}', the first mpirun in PATH, {}", path_of("mpirun"), against),
      fmt::format("it says '{}', and this program is linked with {}", said.substr(0, said.find('\n')), library),
      "Put the right one first in PATH (module load openmpi), or use --launcher srun within a job.");
}

}  // namespace espalier::site
