// Writes and reads OUT/launch, and says what to do where it is missing, damaged or of another version.
#include "espalier/session/launch_file.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/mapped_file.hpp"
#include "session/launch_bytes.hpp"

namespace espalier::session {
namespace {

constexpr const char* kAgain = "Give the command 'espalier run' again, which writes a new one.";

}  // namespace

Launch launch_of(const StudyInput& input, const RunArguments& arguments) {
  Launch launch;
  launch.study_file = arguments.study.file.filename().string();
  launch.study = input.study;
  launch.overrides = arguments.study.overrides;
  launch.facts = input.facts;
  launch.checkpoint_files = input.checkpoint_files;
  launch.data_root = input.data_root;
  launch.trainer = trainer_path().string();
  launch.settings = arguments.launch;
  return launch;
}

Launch noop_launch_of(const RunArguments& arguments) {
  Launch launch;
  launch.trainer = arguments.noop_trainer;
  launch.settings = arguments.launch;
  return launch;
}

std::string write_launch(const std::filesystem::path& file, const Launch& launch) {
  const std::string bytes = encode_launch(launch);
  os::write_file_durably(file, bytes_of(bytes));
  return to_hex(sha256(bytes));
}

Launch read_launch(const std::filesystem::path& file, const std::string& digest) {
  std::error_code none;
  if (!std::filesystem::exists(file, none)) {
    throw EnvironmentError("'" + file.string() + "' is not there", "'espalier run' writes it for rank 0",
                           "Start studies by 'espalier run'; its OUT must be on a file system that all nodes share.");
  }
  const os::MappedFile mapped(file);
  try {
    Launch launch = decode_launch(mapped.text());
    if (digest.empty() || digest == to_hex(sha256(mapped.text()))) return launch;
    throw UsageError("'" + file.string() + "' is not what this 'espalier run' wrote",
                     "another one has begun to work in the same directory", "Let that one end, or give another --out.");
  } catch (const frame::NewerFormatError& error) {
    throw frame::NewerFormatError("'" + file.string() + "' cannot be read", error.what(), kAgain);
  } catch (const CorruptionError& error) {
    throw CorruptionError("'" + file.string() + "' is damaged", error.what(), kAgain);
  }
}

}  // namespace espalier::session
