#pragma once
// Measures what is done with the features of a network: classifiers fitted to them, distances.
#include "train/bundle/bundle_state.hpp"

namespace espalier::train {

/// Of `job`, a probe that takes features: gives its rows, writes predictions for a test set, and ends it. Returns
/// anything but `go_on` where that flag ended it early.
ControlFlag measure_features(BundleState& bundle, const Job& job, task::Moment at);

}  // namespace espalier::train
