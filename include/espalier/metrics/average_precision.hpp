#pragma once
// Average precision of images by the scores of a label, in three published forms; accuracies of classes and their mean.
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace espalier::metrics {

/// An image as one label scores it.
struct Scored {
  float score = 0;
  bool positive = false;
};

struct Precisions {
  double ap = 0;       ///< sum over thresholds of (recall gained) x precision; equal scores are one threshold
  double voc2010 = 0;  ///< area under the precision made to fall with recall; equal scores in the images' order
  double voc2007 = 0;  ///< mean of the greatest precision at recalls of at least 0, 0.1, ..., 1; the same order
};

/// ap is scikit-learn's average_precision_score, the others are those of the devkits of PASCAL VOC (Everingham et al.
/// 2010, section 4.2), with recalls compared as exact fractions. Nothing where no image is positive, all NaN where a
/// score is NaN.
std::optional<Precisions> precisions_of(std::vector<Scored> images);

struct MeanPrecisions {
  Precisions mean;                ///< over the labels that have a positive image; NaN where there is none
  std::int64_t labels = 0;        ///< that count for some image
  std::int64_t no_positives = 0;  ///< of these, those without a positive image, which the mean leaves out
};

/// `scores` and `labels` are [images, outputs], row by row; a label is 1, 0, or below 0 where the image does not count
/// for it.
MeanPrecisions mean_precisions(std::span<const float> scores, std::span<const float> labels, std::int64_t outputs);

/// The mean over the classes that have an image of the share of their images that were predicted right; NaN without
/// images. `labels` are from 0 to below `classes`.
double mean_class_accuracy(std::span<const std::int32_t> predicted, std::span<const std::int64_t> labels,
                           std::int64_t classes);

}  // namespace espalier::metrics
