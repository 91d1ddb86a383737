#pragma once
// Measures what is done with the features of a network: classifiers fitted to them, distances, images looked up.
#include <optional>

#include "train/bundle/bundle_state.hpp"
#include "train/inputs.hpp"

namespace espalier::train {

/// Of `job`, a probe that takes features: gives its rows, writes predictions for a test set, and ends it. Returns
/// anything but `go_on` where that flag ended it early.
ControlFlag measure_features(BundleState& bundle, const Job& job, task::Moment at);

/// The same of a probe that looks images up among others, which a second network sees.
ControlFlag measure_retrieval(BundleState& bundle, const Job& job, task::Moment at);

/// The features of one image set, [images, features] float32 on the CPU, read in batches. Empty where `go_on` ended it.
std::optional<at::Tensor> features_of(FeatureInputs& inputs, SetNumber number, std::int64_t images, const GoOn& go_on);

}  // namespace espalier::train
