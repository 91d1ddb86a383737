// Walks through a folder and those below it, and refuses links that lead in a circle.
#include "data/read/walk_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <compare>
#include <map>
#include <tuple>

#include "data/cannot_read.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepest = 64, kMostWays = 256;

struct Spot {
  dev_t device = 0;
  ino_t number = 0;
  auto operator<=>(const Spot&) const = default;
};

Spot place_of(const fs::path& folder) {
  struct stat facts{};
  return ::stat(folder.c_str(), &facts) == 0 ? Spot{facts.st_dev, facts.st_ino} : Spot{};
}

/// Links may lead to a folder on many ways, but not on so many that a few links fill the memory.
void count_visit(const fs::path& folder, std::size_t& visits) {
  if (++visits <= kMostWays) return;
  throw UsageError("'" + folder.string() + "' is reached on more than " + std::to_string(kMostWays) + " ways",
                   "links to folders lead to it again and again", "Remove some of the links.");
}

/// `around`: the folders that hold this one. `visits`: of each folder so far.
void walk(const fs::path& folder, std::vector<Spot>& around, std::map<Spot, std::size_t>& visits, FolderTree& tree) {
  const Spot here = place_of(folder);
  if (std::find(around.begin(), around.end(), here) != around.end()) {
    throw UsageError("'" + folder.string() + "' leads in a circle", "it links to a folder around it",
                     "Remove the link.");
  }
  if (around.size() > kDeepest) {
    throw UsageError("'" + folder.string() + "' lies too deep", "64 folders may hold each other", "Move it up.");
  }
  count_visit(folder, visits[here]);
  around.push_back(here);
  for (const fs::path& entry : sorted_entries(folder)) {
    const bool has_entries = is_folder(entry);
    (has_entries ? tree.folders : tree.files).push_back(entry);
    if (has_entries) walk(entry, around, visits, tree);
  }
  around.pop_back();
}

void sort_by_folder(std::vector<fs::path>& paths) {
  std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
    return std::tuple(a.parent_path().native(), a.filename().native()) <
           std::tuple(b.parent_path().native(), b.filename().native());
  });
}

}  // namespace

FolderTree walk_folder(const fs::path& folder) {
  FolderTree tree;
  std::vector<Spot> around;
  std::map<Spot, std::size_t> visits;
  walk(folder, around, visits, tree);
  sort_by_folder(tree.files);
  sort_by_folder(tree.folders);
  return tree;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) cannot_read(folder, error.value());
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return entries;
}

}  // namespace espalier::data
