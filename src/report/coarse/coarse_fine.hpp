#pragma once
// Coarse accuracy minus the mean accuracy of the fine classes, by coarse class, over the runs of an experiment.
#include "espalier/report/predictions.hpp"
#include "espalier/stats/aggregate.hpp"
#include "espalier/study/study.hpp"

namespace espalier::report {

/// The least and the most that single runs have.
struct LeastMost {
  std::int64_t least = 0, most = 0;
};

/// One coarse class. Each run gives a value; replicates are averaged within what repeats a setting first, as
/// everywhere.
struct CoarseRow {
  std::string name;  ///< "" of the row for all classes
  stats::CellSummary coarse, fine, difference;
  LeastMost fine_classes, images;
};

/// The runs with equal values of the axes that vary.
struct CoarseSetting {
  std::vector<std::string> values;  ///< of CoarseFine::axes
  std::vector<CoarseRow> rows;      ///< the largest difference first; the row for all classes is the last one
};

struct CoarseFine {
  std::vector<std::string> axes;
  std::string counted;  ///< what n counts: "split", or "source_network" where replicates have networks of their own
  std::vector<CoarseSetting> settings;
  std::string note;  ///< over what means are taken, how many runs they are of, what is left out and why

  std::string caption(const CoarseSetting& setting) const;  ///< "per_class = 5, source = half"; "" without axes
};

/// What a table or figure asks for.
struct CoarseAsked {
  std::string experiment, labels;
};

/// Throws UsageError where no run has predictions that can be used, or the labels cannot join its classes. `read` may
/// be empty: then there are none.
CoarseFine coarse_fine(const std::vector<RunView>& views, const CoarseAsked& asked, const study::Study& study,
                       const ReadPredictions& read);

/// What the last row is called.
inline constexpr const char* kAllClasses = "all classes";

}  // namespace espalier::report
