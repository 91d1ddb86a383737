#pragma once
// What networks said of their test images, as the report reads it; who reads files hands it in.
#include <functional>
#include <string>
#include <vector>

#include "espalier/report/run_view.hpp"

namespace espalier::report {

/// By test image, in one order. Of one label an image: the output that the network chose and the one that is right,
/// each an index from 0. Of several: `scores` and `positives` [images, outputs], row by row.
struct Predictions {
  std::vector<std::int32_t> predicted, labels;
  std::vector<float> probability;  ///< softmax of the chosen output; empty: stored by an earlier version, or none
  std::vector<std::int64_t> rows;  ///< of the images in their pack
  std::string data;                ///< digest of that pack
  std::int64_t outputs = 0;        ///< of several labels an image; 0: one label an image
  std::vector<float> scores;       ///< before the sigmoid
  std::vector<float> positives;    ///< 1, 0, or -1 where the image does not count for the label

  bool are_several() const { return outputs > 0; }
  std::int64_t images() const {
    return are_several() ? static_cast<std::int64_t>(scores.size()) / outputs
                         : static_cast<std::int64_t>(labels.size());
  }
};

/// Reads an artifact of a directory. Throws Error where it is not there, damaged or holds something else.
using ReadPredictions = std::function<Predictions(const Directory& directory, const ArtifactId& artifact)>;

/// An image of a pack, for a page.
struct Thumbnail {
  std::string file;  ///< its name below the folder that was imported; "" where the pack keeps none
  std::string png;   ///< its pixels as a PNG file; "" where the pack is not at hand
};

/// Finds the image of `row` in the pack of this digest. Never throws: what is not at hand stays empty.
using FindImage = std::function<Thumbnail(const Directory& directory, const std::string& data, std::int64_t row)>;

}  // namespace espalier::report
