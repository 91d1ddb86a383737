#pragma once
// What finished runs say of protocols: for each source, target and size the protocols ranked, and the distance
// measured.
#include <algorithm>
#include <optional>

#include "espalier/report/published_rules.hpp"
#include "espalier/report/run_view.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// A distance between a source and a target as a study measured it.
struct MeasuredDistance {
  double value = 0;
  std::optional<stats::Interval> interval;
  std::optional<double> floor;    ///< between two halves of the source
  std::string method = "cosine";  ///< other methods are not comparable with Chu's classes
  std::string network;            ///< its name in the study
  std::string network_digest;     ///< of its units; "" where no task says
  std::string unit;               ///< name of the unit after which features were taken, or its number
  int runs = 0;
};

struct RankedProtocol {
  std::vector<plan::Label> values;  ///< of the axes in which the cell's protocols differ
  Family family = Family::tune;
  stats::RunCounts runs;
  int splits = 0, wins = 0;
  int folds = 0;  ///< of the one split, over which protocols are compared; 0: over splits
  bool best = false;
  bool indistinguishable = false;  ///< cannot be told from the best
  double p_value = 1;
  stats::Summary valid, test;  ///< top-1 as a fraction, over splits or the folds of the one split
  std::vector<RunView> views;  ///< its runs, each once
};

/// The protocols of one place, best first on validation images; on test images where no run has others.
struct MeasuredCell {
  std::string directory, source, target;
  std::string network;          ///< its name in the study
  std::string network_digest;   ///< of the units; "" where no task says
  std::string per_class;        ///< as the axis has it
  double images_per_class = 0;  ///< the number that this comes to; 0: unknown
  double images = 0;            ///< all training images; 0: unknown
  std::int32_t units = 0;       ///< of the network; 0: unknown
  std::optional<MeasuredDistance> distance;
  std::vector<RankedProtocol> protocols;
  metrics::Subset ranked_on = metrics::Subset::valid;  ///< test where the study has no validation images
  int runs = 0;                                        ///< with a result
  /// With fewer splits, or folds of the only split, nothing can be told apart.
  bool can_tell() const {
    return !protocols.empty() && std::max(protocols.front().splits, protocols.front().folds) >= stats::kLeastSplits;
  }
};

/// What the labels of a run say of its copied units; `linear`: it is a classifier on features.
Family family_of(const std::vector<plan::Label>& labels, bool linear);

/// The cells in which at least one run has a validation or test result, in the order of the runs. Runs of kinds "train"
/// and "linear" count; those of kind "distance" give the cells' distances.
std::vector<MeasuredCell> measured_cells(const std::vector<RunView>& views, const study::Study& study);

}  // namespace espalier::report
