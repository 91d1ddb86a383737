#pragma once
// Measures how far the images of a folder are from those that a network's file keeps mean features of.
#include <string>

namespace espalier::trainer {

/// A JSON object: `source_images`, how many each half of the source's were, and `images` of the folder that were seen:
/// as many, spread evenly, or fewer where the folder has no more; of each unit but the last its name, the cosine
/// distance and the norm of the difference
/// ("mmd") of mean features to the source's first half, and beside each, "..._floor", that between the source's halves.
/// A distance is null where the mean features of one side are all 0. {"error": ...} where the file keeps no mean
/// features, or the folder's images cannot be seen by the network.
std::string distance_to_model(const std::string& file, const std::string& folder);

}  // namespace espalier::trainer
