#pragma once
// Queries on an experiment's axes without multiplying them out, shared by the checks.
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

/// Where an experiment has the value of an axis from.
enum class Given : std::uint8_t { nowhere, axis, fixed, taken };
Given given_by(const Experiment& experiment, const std::string& axis);

/// All plain values an axis may have in this experiment, cases included; empty where it is left out or only taken.
std::vector<Value> plain_values(const Experiment& experiment, const std::string& axis);

const Axis* find_axis(const Experiment& experiment, const std::string& name);
const Experiment* find_experiment(const Study& study, const std::string& name);
std::vector<std::string> experiment_names(const Study& study);

/// The values an axis takes where an experiment leaves it out, as words; for split, source, target, network.
std::vector<std::string> names_of(const Study& study, const std::string& axis);

/// Takes of the experiment and of all its cases.
std::vector<Take> all_takes(const Experiment& experiment);

/// Units of the networks this experiment may use: the least and the most; {0, 0} where unknown.
struct Depth {
  std::int32_t least = 0, most = 0;
};
Depth depth_of(const Study& study, const Experiment& experiment);

/// Upper bound of the cells before exclusion; saturates at 2^62.
std::int64_t cell_count(const Study& study, const Experiment& experiment);

}  // namespace espalier::study
