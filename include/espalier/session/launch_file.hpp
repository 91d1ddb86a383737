#pragma once
// OUT/launch: what `run` hands to rank 0. `run` resolves the study and its data once; rank 0 reads nothing else.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "espalier/plan/facts.hpp"
#include "espalier/session/run_arguments.hpp"
#include "espalier/session/study_input.hpp"

namespace espalier::session {

struct Launch {
  std::string study_file;              ///< its name without folders; "" for made-up tasks
  study::Study study;                  ///< parsed and checked, --set applied; not in `serialize`, see launch_bytes.cpp
  std::vector<std::string> overrides;  ///< --set KEY=VALUE, for the journal: they are in `study` already
  plan::Facts facts;
  std::map<std::string, std::string> checkpoint_files;  ///< source name -> absolute path
  std::string trainer;                                  ///< path of espalier-trainer; "" for made-up tasks
  LaunchSettings settings;
  std::string data_root;  ///< absolute: what image paths are relative to; "" for made-up tasks
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    using frame::stored;
    archive& stored<1>("study_file", study_file) & stored<3>("overrides", overrides) & stored<4>("facts", facts) &
        stored<5>("checkpoint_files", checkpoint_files) & stored<6>("trainer", trainer) &
        stored<7>("settings", settings) & stored<8>("data_root", data_root);
  }
};

/// The launch of a resolved study. Throws EnvironmentError where espalier-trainer is not there.
Launch launch_of(const StudyInput& input, const RunArguments& arguments);

/// The launch of a made-up study of no-op tasks.
Launch noop_launch_of(const RunArguments& arguments);

/// Returns the SHA-256 of the file's bytes, hexadecimal. Throws EnvironmentError where the disk refuses it.
std::string write_launch(const std::filesystem::path& file, const Launch& launch);

/// Throws EnvironmentError where the file cannot be read, CorruptionError where it is damaged,
/// frame::NewerFormatError where another version of this program wrote it, and UsageError where `digest` is not empty
/// and not that of the file: another `run` has written its own meanwhile.
Launch read_launch(const std::filesystem::path& file, const std::string& digest = "");

}  // namespace espalier::session
