#pragma once
// The pretrained networks that runs of a report start from or measure.
#include "report/page_context.hpp"

namespace espalier::report {

/// A network that runs of the page start from or measure.
struct SourceNetwork {
  TaskId id;
  const store::TaskState* task = nullptr;
  std::string source;               ///< its name in the study
  std::string shown;                ///< the name, with the labels and the budget that axes give it
  std::string labels;               ///< that an axis of the study gives it; "": those of the source
  std::vector<std::string> splits;  ///< or replicates of them, whose runs start from it
  std::optional<double> valid_top1;
  std::optional<double> least;  ///< warn_below of the study
  bool poor() const { return valid_top1 && least && *valid_top1 < *least; }
};

/// In the order of source and split.
std::vector<SourceNetwork> source_networks(const PageContext& context);

}  // namespace espalier::report
