#pragma once
// Finds the distance between a source and a target among the runs of experiments of kind "distance".
#include "espalier/report/measured_cells.hpp"

namespace espalier::report {

/// The kind of the study's experiment of that name; "train" where the study has none of that name.
std::string kind_of(const study::Study& study, const std::string& experiment);

/// The cosine distance after the last unit at which it was measured; none where it was not.
std::optional<MeasuredDistance> measured_distance(const std::vector<RunView>& views, const study::Study& study,
                                                  const std::string& source, const std::string& target,
                                                  const std::string& network);

}  // namespace espalier::report
