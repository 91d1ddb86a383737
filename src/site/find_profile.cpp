// Finds the profile of a site by name, in the user's folders and beside the program.
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/site/profile.hpp"

namespace espalier::site {

namespace {

constexpr std::size_t kMostBytes = 1 << 20;

Profile read(const std::filesystem::path& file) {
  const auto text = os::read_regular(file, kMostBytes);
  if (!text) throw UsageError(fmt::format("there is no profile '{}'", file.string()), "", "Give a file that is there.");
  return parse_profile(*text, file);
}

std::string names_of_sites() {
  std::set<std::string> names;
  std::error_code none;
  for (const auto& folder : profile_folders()) {
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
      if (entry.path().extension() == ".toml") names.insert(entry.path().stem().string());
    }
  }
  return names.empty() ? "There are none: give a file."
                       : fmt::format("There are {}; or give a file.", fmt::join(names, ", "));
}

}  // namespace

std::vector<std::filesystem::path> profile_folders() {
  std::vector<std::filesystem::path> folders;
  if (const char* own = std::getenv("ESPALIER_SITES"); own && *own) folders.emplace_back(own);
  if (const char* home = std::getenv("HOME"); home && *home)
    folders.push_back(std::filesystem::path(home) / ".config/espalier/sites");
  folders.push_back(std::filesystem::path(os::own_program()).parent_path().parent_path().parent_path() / "cluster");
  return folders;
}

Profile find_profile(const std::string& site) {
  if (site.ends_with(".toml")) return read(site);
  if (site.find('/') == std::string::npos) {
    for (const auto& folder : profile_folders()) {
      std::error_code none;
      const auto file = folder / (site + ".toml");
      if (std::filesystem::exists(file, none)) return read(file);
    }
  }
  throw UsageError(fmt::format("there is no site '{}'", site), "no folder of profiles has it", names_of_sites());
}

}  // namespace espalier::site
