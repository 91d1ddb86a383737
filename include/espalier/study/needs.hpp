#pragma once
// Which experiments one experiment needs the finished runs of, and where the study says so.
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

struct Need {
  std::string experiment;  ///< the one that must be finished first
  Location where;
  std::string how;  ///< "takes from", "starts from", "takes units from"
  std::string key;  ///< of diagnostics, below the experiment: "take.from", "start.experiment", "units_from.experiment"
};
/// Of selections (those of cases too), of `start` and of `units_from`, in this order.
std::vector<Need> needs_of(const Experiment& experiment);

/// "a starts from b takes from a": the names from the last mention of `back_to` on, then `back_to`. `path` holds the
/// experiments visited so far and how each needs the next one.
struct Step {
  std::string experiment, how;
};
std::string circle_text(const std::vector<Step>& path, const std::string& back_to);

/// Whether `start` or an entry of `units_from` finds its run by this axis.
bool finds_runs_by(const Experiment& experiment, const std::string& axis);

/// "the run of 'tune-all' with equal target and split", for readers.
std::string to_string(const Start& start);
/// "units 1,2,5" and "the run of ... with equal ..." or "source 'half'".
struct UnitsOrigin {
  std::string units, from;
};
UnitsOrigin origin_of(const UnitsFrom& units);

}  // namespace espalier::study
