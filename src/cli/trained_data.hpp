#pragma once
// What a finished network was taught: its data set, how that sees images, and what its outputs are called.
#include <string>
#include <vector>

#include "cli/kept_network.hpp"
#include "espalier/study/study.hpp"

namespace espalier::cli {

struct TrainedData {
  const study::DataSet* data = nullptr;  ///< of the study
  const plan::DataFacts* facts = nullptr;
  const study::DataSet* files = nullptr;  ///< the one with files that it is derived from, or itself
  const plan::DataFacts* file_facts = nullptr;
  std::vector<task::TransformSpec> transforms;  ///< from `files` to `data`, in their order
  std::vector<std::string> outputs;             ///< names; numbers where the data have none
};

/// `study` is that of the directory, and both must outlive the result. Throws UsageError where the study does not name
/// the training's images any more.
TrainedData trained_data(const KeptNetwork& network, const store::State& state, const study::Study& study);

}  // namespace espalier::cli
