#include "cli/result_dir.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "espalier/core/errors.hpp"
#include "espalier/report/wording.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::cli {
namespace {

void require_results(const std::string& path) {
  if (!std::filesystem::is_directory(std::filesystem::path(path) / "journal")) {
    throw UsageError("'" + path + "' holds no results", "there is no folder 'journal' in it",
                     "Name the folder that 'espalier run --out' was given.");
  }
}

}  // namespace

store::State read_brief(const std::string& path) {
  require_results(path);
  return store::replay(path, store::Detail::brief);
}

report::Directory read_directory(const std::string& path) {
  require_results(path);
  return {path, store::replay(path)};
}

std::vector<report::Directory> read_directories(const std::vector<std::string>& paths) {
  std::vector<report::Directory> directories;
  for (const auto& path : paths) directories.push_back(read_directory(path));
  return directories;
}

study::Study study_of(const store::State& state) { return study::parse(state.study.text, state.study.overrides).study; }

std::vector<std::string> parse_axes(const std::string& text) {
  std::vector<std::string> axes;
  std::istringstream words(text);
  for (std::string axis; std::getline(words, axis, ',');) {
    std::erase(axis, ' ');
    if (!axis.empty()) axes.push_back(axis);
  }
  return axes;
}

std::string interval_note(const std::vector<report::Directory>& directories, double confidence) {
  bool overlapping = false;
  int splits = 0;
  for (const auto& directory : directories) {
    const auto study = study_of(directory.state);
    overlapping = overlapping || report::splits_overlap(study);
    splits = std::max(splits, study.split.count);
  }
  return fmt::format(
      "Means {}; replicates are averaged within a split first. Intervals are Student's at {:g} %, from {} splits on.",
      report::over_splits(splits, overlapping), 100 * confidence, stats::kLeastSplits);
}

Table printable(const report::WordTable& words) {
  Table table(words.header);
  for (const auto& row : words.rows) table.row(row);
  return table;
}

}  // namespace espalier::cli
