#pragma once
// Answers what a finished network says of single image files.
#include <string>

namespace espalier::trainer {

/// JSON in, JSON out (docs/models.md, "Predicting"). All files are read before anything is answered: {"errors": [...]}
/// with one entry for each that cannot be, or {"images": [{"file", "output", "probability"}]}, of several labels an
/// image {"file", "probabilities": [...]}. Throws EnvironmentError where the machine is at fault.
std::string predict_request(const std::string& request);

}  // namespace espalier::trainer
