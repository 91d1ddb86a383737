#pragma once
// OUT/calibration.json: what `espalier calibrate` measured.
#include <filesystem>

#include "espalier/plan/costs.hpp"

namespace espalier::cli {

/// Empty where there is none. Throws CorruptionError where it cannot be read.
plan::Calibration read_calibration(const std::filesystem::path& out);

/// Added to what is there. Written beside and renamed.
void write_calibration(const std::filesystem::path& out, const plan::Calibration& calibration);

}  // namespace espalier::cli
