// Walks through a folder and those below it, and refuses links that lead in a circle.
#include "data/walk_folder.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepest = 64;

struct Spot {
  dev_t device = 0;
  ino_t number = 0;
  bool operator==(const Spot&) const = default;
};

Spot place_of(const fs::path& folder) {
  struct stat facts{};
  return ::stat(folder.c_str(), &facts) == 0 ? Spot{facts.st_dev, facts.st_ino} : Spot{};
}

/// `around`: the folders that hold this one.
void walk(const fs::path& folder, std::vector<Spot>& around, FolderTree& tree) {
  const Spot here = place_of(folder);
  if (std::find(around.begin(), around.end(), here) != around.end()) {
    throw UsageError("'" + folder.string() + "' leads in a circle", "it links to a folder around it",
                     "Remove the link.");
  }
  if (around.size() > kDeepest) {
    throw UsageError("'" + folder.string() + "' lies too deep", "64 folders may hold each other", "Move it up.");
  }
  around.push_back(here);
  for (const fs::path& entry : sorted_entries(folder)) {
    std::error_code none;
    const bool is_folder = fs::is_directory(entry, none);
    (is_folder ? tree.folders : tree.files).push_back(entry);
    if (is_folder) walk(entry, around, tree);
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
  walk(folder, around, tree);
  sort_by_folder(tree.files);
  sort_by_folder(tree.folders);
  return tree;
}

std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    entries.push_back(at->path());
  if (error) {
    throw UsageError("cannot read the folder '" + folder.string() + "'", error.message(),
                     "Check the path; paths are relative to the study file or --data-root.");
  }
  std::sort(entries.begin(), entries.end(),
            [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return entries;
}

}  // namespace espalier::data
