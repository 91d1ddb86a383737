#pragma once
// Which classes are taken for which others, and the wrong predictions that the network was surest of.
#include "espalier/report/predictions.hpp"

namespace espalier::report {

/// `counts[right][predicted]` images.
struct Confusion {
  std::vector<std::string> names;  ///< of the outputs
  std::vector<std::vector<std::int64_t>> counts;
  int runs = 0;

  /// Adds one run of one label an image. Throws UsageError where an output is none of the network's.
  void add(const Predictions& predictions);
  std::int64_t images_of(std::size_t right) const;
};
Confusion empty_confusion(std::vector<std::string> names);

struct ConfusedPair {
  std::size_t right = 0, predicted = 0;
  std::int64_t images = 0;
};
/// Pairs of different classes, those with most images first, at most `most`; without pairs that no image has.
std::vector<ConfusedPair> most_confused(const Confusion& confusion, std::size_t most);

/// Indices of wrongly predicted images, the greatest probability first, at most `most`. Nothing without probabilities.
std::vector<std::size_t> surest_mistakes(const Predictions& predictions, std::size_t most);

}  // namespace espalier::report
