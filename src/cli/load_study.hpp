#pragma once
// Loads a study for a verb and prints what is wrong with it.
#include <filesystem>
#include <vector>

#include "espalier/session/study_input.hpp"

namespace espalier::cli {

/// Prints diagnostics to standard error, one per line, in the order of the study's lines.
void print_diagnostics(const std::vector<study::Diagnostic>& diagnostics, const std::filesystem::path& file);

/// Reads and checks a study. Prints all errors to standard error, one per line, and throws UsageError if there are any.
/// With WantImages::no, data described by `expect` need no files.
session::StudyInput load_study(const session::StudyArguments& arguments, session::WantImages images);

}  // namespace espalier::cli
