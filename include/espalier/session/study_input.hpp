#pragma once
// Loads a study: reads the file, applies --set, and finds the facts of its data and checkpoints.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/plan/plan.hpp"
#include "espalier/study/parse.hpp"

namespace espalier::session {

struct StudyArguments {
  std::filesystem::path file;
  std::filesystem::path data_root;     ///< --data-root; empty: the study file's folder
  std::vector<std::string> overrides;  ///< --set KEY=VALUE
};

struct StudyInput {
  study::Study study;
  plan::Facts facts;
  std::map<std::string, std::string> checkpoint_files;  ///< source name -> absolute path, for sources of `facts`
  std::string data_root;                                ///< absolute: what image paths are relative to
};

enum class WantImages : bool { no, yes };

/// The result of checking; facts and files are complete only where no diagnostic is an error.
struct CheckedStudy {
  StudyInput input;
  std::vector<study::Diagnostic> diagnostics;
};

/// Reads and checks text and data, and finds all errors instead of throwing at the first. With WantImages::no, data
/// described by `expect` need no files. Throws UsageError only where the file cannot be read, EnvironmentError where
/// the trainer cannot be started.
CheckedStudy check_study(const StudyArguments& arguments, WantImages images);

/// The same for a study that is not a file yet: `arguments.file` is where it would lie, without being read.
CheckedStudy check_study_text(const std::string& text, const StudyArguments& arguments, WantImages images);

/// espalier-trainer beside this program, or $ESPALIER_TRAINER. Throws EnvironmentError if it is not there.
std::filesystem::path trainer_path();

}  // namespace espalier::session
