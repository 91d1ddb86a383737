#pragma once
// Counts how often a network that was taught fine classes has the coarse class right, and how often the fine one.
#include "espalier/plan/coarse_classes.hpp"
#include "espalier/report/predictions.hpp"

namespace espalier::report {

/// Of one coarse class, or of all.
struct CoarseCount {
  std::int64_t images = 0;  ///< test images of its fine classes
  std::int64_t right = 0;   ///< of which the predicted fine class lies in the coarse class of the right one
  int fine_classes = 0;     ///< that have test images
  double fine_sum = 0;      ///< sum of their accuracies: each is the share of its images whose fine class is right

  double coarse_accuracy() const { return static_cast<double>(right) / static_cast<double>(images); }
  double fine_accuracy() const { return fine_sum / fine_classes; }  ///< mean over fine classes, not over images
};

/// Of one run.
struct CoarseCounts {
  std::vector<CoarseCount> classes;  ///< by coarse class of the coarsening; without images where the run has none
  CoarseCount all;
  std::int64_t left_out = 0;  ///< images of classes that lie in no coarse class: counted nowhere else
};

/// Throws UsageError where a prediction or label is no output of the network.
CoarseCounts count_coarse(const Predictions& predictions, const plan::Coarsening& coarsening);

}  // namespace espalier::report
