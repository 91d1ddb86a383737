#pragma once
// How the looking verbs open what a run has written.
#include <filesystem>
#include <string>
#include <vector>

#include "cli/text_table.hpp"
#include "espalier/report/cell_table.hpp"
#include "espalier/report/run_view.hpp"

namespace espalier::cli {

/// Throws where there is a journal and none of it can be read.
void require_journal(const store::State& state, const std::filesystem::path& out);

/// The journal of OUT, read; damage is told on standard error. Throws UsageError where the path is not the directory of
/// a study.
report::Directory read_directory(const std::string& path);
std::vector<report::Directory> read_directories(const std::vector<std::string>& paths);

/// The same, for counts: tasks are read without what they train. Fast at 100,000 runs.
store::State read_brief(const std::string& path);

/// The study as it was run, with its overrides. What is wrong with it by now is no error here.
study::Study study_of(const store::State& state);

/// "axis, axis" or "axis,axis" -> axes.
std::vector<std::string> parse_axes(const std::string& text);

/// How intervals came about, for the foot of a table: "Means over 4 overlapping splits; ...".
std::string interval_note(const std::vector<report::Directory>& directories, double confidence);

Table printable(const report::WordTable& words);

}  // namespace espalier::cli
