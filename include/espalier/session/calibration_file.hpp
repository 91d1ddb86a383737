#pragma once
// OUT/calibration.json: what `espalier calibrate` measured.
#include <filesystem>

#include "espalier/plan/costs.hpp"

namespace espalier::session {

/// The measured costs of OUT; empty where the file does not exist. Throws CorruptionError where it cannot be read.
plan::Calibration read_calibration(const std::filesystem::path& out);

/// Merges `calibration` into the file: writes a new file beside it and renames that.
void write_calibration(const std::filesystem::path& out, const plan::Calibration& calibration);

}  // namespace espalier::session
