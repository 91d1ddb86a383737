#pragma once
// Loads a study for a verb: reads the file, applies --set, and finds the facts of its data.
#include <filesystem>
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::cli {

struct StudyArguments {
  std::filesystem::path file;
  std::filesystem::path data_root;     ///< --data-root; empty: the study file's folder
  std::vector<std::string> overrides;  ///< --set KEY=VALUE
};

struct StudyInput {
  study::Study study;
  plan::Facts facts;
  std::vector<study::Diagnostic> warnings;
};

enum class WantImages : bool { no, yes };

/// The result of checking; `facts` are complete only where no diagnostic is an error.
struct CheckedStudy {
  study::Study study;
  plan::Facts facts;
  std::vector<study::Diagnostic> diagnostics;
};

/// Reads and checks text and data, and finds all errors instead of throwing at the first. Throws UsageError only where
/// the file cannot be read, EnvironmentError where the trainer cannot be started.
CheckedStudy check_study(const StudyArguments& arguments, WantImages images);

/// Prints diagnostics to standard error, one per line, in the order of the study's lines.
void print_diagnostics(const std::vector<study::Diagnostic>& diagnostics, const std::filesystem::path& file);

/// Reads and checks a study. Prints all errors to standard error, one per line, and throws UsageError if there are any.
/// With WantImages::no, data described by `expect` need no files.
StudyInput load_study(const StudyArguments& arguments, WantImages images);

/// Reads the file as text: refuses what is missing, empty, above 1 MiB or not UTF-8 with one UsageError each.
std::string read_study_text(const std::filesystem::path& file);

/// Resolves every data set by the trainer (`espalier-trainer data resolve`), which packs on first use.
plan::Facts resolve_data(const study::Study& study, const std::filesystem::path& root, WantImages images);

/// espalier-trainer beside this program, or $ESPALIER_TRAINER. Throws EnvironmentError if it is not there.
std::filesystem::path trainer_path();

}  // namespace espalier::cli
