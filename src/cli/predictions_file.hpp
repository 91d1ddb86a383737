#pragma once
// Reads the predictions that a trainer stored of a run's test images.
#include <filesystem>

#include "espalier/report/predictions.hpp"

namespace espalier::cli {

/// Of OUT/artifacts: "predicted" and "label" of a file of kind "espalier predictions 1", int32 [images] each, with
/// "probability" (float32 [images]) and "row" (int64 [images]) where it has them; or "score" (float32) and "label"
/// (int8), [images, outputs] each, of kind "espalier scores 1". Throws
/// EnvironmentError where the file is not there or cannot be read, CorruptionError where its bytes are not those that
/// it is named by, or are no predictions.
report::Predictions read_predictions(const std::filesystem::path& out, const ArtifactId& artifact);

/// The same for a report, of the directory that it asks for.
report::ReadPredictions stored_predictions();

}  // namespace espalier::cli
