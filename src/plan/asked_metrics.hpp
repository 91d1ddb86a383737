#pragma once
// Which metrics that are not measured with every evaluation a study asks for, and of which experiment's runs.
#include <string>
#include <vector>

#include "espalier/metrics/registry.hpp"
#include "espalier/study/study.hpp"

namespace espalier::plan {

/// The metrics on request that figures, tables, selections and picks read of the experiment's runs, each once. A pick's
/// runs are those of the experiments that it picks from.
std::vector<metrics::Metric> asked_metrics(const study::Study& study, const std::string& experiment);

}  // namespace espalier::plan
