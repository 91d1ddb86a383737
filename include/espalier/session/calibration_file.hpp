#pragma once
// OUT/calibration.json: what `espalier calibrate` measured.
#include <filesystem>

#include "espalier/plan/costs.hpp"

namespace espalier::session {

// All throw EnvironmentError, with nothing changed, where a newer version wrote the file.

/// The measured costs of OUT; empty where the file does not exist, or is damaged, which is logged.
plan::Calibration read_calibration(const std::filesystem::path& out);

/// Call before a launch: rank 0 reads the file when the journal has begun.
void refuse_newer_calibration(const std::filesystem::path& out);

/// Merges `calibration` into the file: writes a new file beside it and renames that. A damaged file is kept beside.
void write_calibration(const std::filesystem::path& out, const plan::Calibration& calibration);

}  // namespace espalier::session
