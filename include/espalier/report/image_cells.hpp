#pragma once
// Cells and pairs over test images, from stored predictions: a bootstrap, and McNemar's test.
#include "espalier/report/cell_table.hpp"
#include "espalier/report/predictions.hpp"
#include "espalier/report/query.hpp"
#include "espalier/stats/test_images.hpp"

namespace espalier::report {

/// Test accuracy of a cell's runs, the mean over runs image by image, with its interval over test images.
struct ImageCell {
  std::vector<std::string> group;  ///< values of the query's `by`
  int runs = 0;
  std::int64_t images = 0;
  double mean = 0;
  stats::Interval interval;
};

/// The runs of two sides in a cell, paired by split, replicate and fold.
struct ImagePair {
  std::vector<std::string> group, repetition;  ///< `repetition`: split, replicate, fold
  std::int64_t images = 0;
  double difference = 0;     ///< accuracy of a - b
  stats::Interval interval;  ///< of the difference, over test images
  stats::McNemar mcnemar;
};

/// How test images are resampled.
struct Resampling {
  int resamples = 10'000;
  std::uint64_t seed = 0;
  double confidence = stats::kConfidence;
};

/// Of runs that are done. Throws UsageError where a cell's runs have other test images than each other, or where no run
/// has predictions of one class an image; what `read` throws.
std::vector<ImageCell> image_cells(const std::vector<RunView>& views, const Query& query, const ReadPredictions& read,
                                   const Resampling& resampling);
std::vector<ImagePair> image_pairs(const std::vector<RunView>& a, const std::vector<RunView>& b, const Query& query,
                                   const ReadPredictions& read, const Resampling& resampling);

/// For people, and in full for programs.
WordTable readable(const std::vector<ImageCell>& cells, const Query& query);
WordTable exact(const std::vector<ImageCell>& cells, const Query& query);
WordTable readable(const std::vector<ImagePair>& pairs, const Query& query);
WordTable exact(const std::vector<ImagePair>& pairs, const Query& query);

}  // namespace espalier::report
