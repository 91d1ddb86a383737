#pragma once
// Means of a network's features over images that it was not trained on, as the file of a finished network keeps them.
#include <ATen/ATen.h>

#include <optional>
#include <vector>

#include "espalier/data/batch_maker.hpp"
#include "espalier/data/safetensors.hpp"
#include "espalier/model/unit_network.hpp"

namespace espalier::train {

/// Enough for means that draws of images move little.
inline constexpr std::int64_t kMostMeanImages = 512;

struct FeatureMeans {
  /// Of each unit but the last, [2, features] float32: over one half of the images, and over the other.
  std::vector<at::Tensor> units;
  std::int64_t images = 0;       ///< in each half
  std::vector<float> mean, std;  ///< how the images were normalised: x = (p / 255 - mean) / std, per channel
};

/// Over at most `most` images of `set`, spread evenly, which `seen` crops and normalises; every other image
/// belongs to the second half. Empty where the set has fewer than four images.
std::optional<FeatureMeans> feature_means(model::UnitNetwork& network, const data::ImageSet& set,
                                          const task::TrainSpec& seen, std::int64_t most = kMostMeanImages);

/// Adds the means to what a network's file will hold: a tensor "feature_mean.<unit>" of each, and "feature_means" in
/// the metadata.
void add_feature_means(const FeatureMeans& means, const model::UnitNetwork& network, data::NamedTensors& tensors,
                       data::Metadata& metadata);

/// What add_feature_means() wrote; empty where the file has none. Throws UsageError where they are not whole.
std::optional<FeatureMeans> feature_means_of(const data::TensorFile& file, const network::NetworkSpec& network);

}  // namespace espalier::train
