#pragma once
// Opens result directories for the verbs that only read them.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/text_table.hpp"
#include "espalier/report/cell_table.hpp"
#include "espalier/report/run_view.hpp"

namespace espalier::cli {

/// Throws where a journal exists but none of it can be read.
void require_journal(const store::State& state, const std::filesystem::path& out);

/// Says on standard error what is missing from a journal; nothing where it is whole.
void warn_of_damage(const store::State& state, const std::filesystem::path& out);

/// Replays the journal of OUT and reports damage on standard error, as all verbs that look do. Throws as
/// read_directory() does.
store::State read_state(const std::string& path, store::Detail detail = store::Detail::full);

/// Replays the journal of OUT and reports damage on standard error. Throws UsageError where the path is not the
/// directory of a study.
report::Directory read_directory(const std::string& path);
std::vector<report::Directory> read_directories(const std::vector<std::string>& paths);

/// Replays the journal without the training specs of tasks: enough for counts, and fast at 100,000 runs.
store::State read_brief(const std::string& path);

/// How the study of a store stands, as an exit code of `run`.
std::int32_t exit_code_of(const store::State& state);

/// The study as it was run, with its overrides. Errors that today's checks find in it are ignored.
study::Study study_of(const store::State& state);

/// Splits "axis, axis" or "axis,axis" into axes.
std::vector<std::string> parse_axes(const std::string& text);

/// How the intervals were computed, for the foot of a table: "Means over 4 overlapping splits; ...".
std::string interval_note(const std::vector<report::Directory>& directories, const report::Query& query);

Table printable(const report::WordTable& words);

/// The journal segment of the launch that was begun last; 0 where none was.
inline std::uint32_t last_segment(const store::State& state) {
  return state.segments.empty() ? 0 : state.segments.back().segment;
}

}  // namespace espalier::cli
