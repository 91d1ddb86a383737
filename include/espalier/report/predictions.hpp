#pragma once
// What networks said of their test images, as the report reads it; who reads files hands it in.
#include <functional>
#include <vector>

#include "espalier/report/run_view.hpp"

namespace espalier::report {

/// By test image, in one order: the output that the network chose and the one that is right, each an index from 0.
struct Predictions {
  std::vector<std::int32_t> predicted, labels;
};

/// Reads an artifact of a directory. Throws Error where it is not there, damaged or holds something else.
using ReadPredictions = std::function<Predictions(const Directory& directory, const ArtifactId& artifact)>;

}  // namespace espalier::report
