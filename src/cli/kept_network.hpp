#pragma once
// Finds the kept network that a user means by DIR or DIR:RUN, for verbs that use it.
#include <optional>
#include <string>
#include <vector>

#include "espalier/report/run_view.hpp"

namespace espalier::cli {

/// "DIR:RUN" taken apart at the first colon behind which no more of a folder's path stands; RUN is "" in "DIR".
struct DirAndRun {
  std::string out, run;
};
DirAndRun dir_and_run(const std::string& text);

/// A training whose finished network is in OUT/artifacts. Points into the directory and views that it was found in.
struct KeptNetwork {
  const store::TaskState* task = nullptr;
  std::optional<report::RunView> run;  ///< none of a source
  std::string note;                    ///< which one it is where the user named none, and why that; else ""
};

/// The network of the run (or source) that `wanted` names; with "" the only kept one of a run, or the best by
/// validation of those that are kept. Throws UsageError where that is none or not one, or where its network was not
/// kept.
KeptNetwork find_kept_network(const report::Directory& directory, const std::vector<report::RunView>& views,
                              const std::string& wanted);

/// "experiment 'freeze', transferred=4 per_class=5 split=1 (run 5a2b9c1e)", or "source 3f00aa12".
std::string called(const KeptNetwork& network);

/// How well a run did on these images by its data's own metric: top-1 accuracy, or mean average precision where an
/// image may have several labels. NaN where that was not measured.
metrics::MetricName accuracy_on(metrics::Subset subset, const store::TaskState& task);

}  // namespace espalier::cli
