#pragma once
// Measures each class of one run: its accuracy, or of several labels an image its average precision.
#include "espalier/metrics/share.hpp"
#include "espalier/report/predictions.hpp"

namespace espalier::report {

/// Of one output, over the test images of one run.
struct ClassValue {
  std::int64_t images = 0;     ///< of this class; of several labels: that count for the label
  std::int64_t positives = 0;  ///< of several labels: images that have it; else `images`
  bool measured = false;       ///< false without images, or without a positive one
  metrics::Share value;        ///< of measured ones
};

/// Whether a metric can be told apart by class from what is stored of images with one label, or with several.
bool is_by_class(metrics::Metric metric, bool several);

/// By output. `outputs`: of the network, at least as many as predictions and labels name; else throws UsageError.
/// Accuracies are hits of all images; average precisions are as metrics::precisions_of() has them.
std::vector<ClassValue> class_values(const Predictions& predictions, std::size_t outputs, metrics::Metric metric);

/// The mean over the measured ones, which is what mean_class and the average precisions of a run are.
ClassValue mean_of(const std::vector<ClassValue>& values);

}  // namespace espalier::report
