#pragma once
// Queries on an experiment's axes without multiplying them out, shared by the checks.
#include <string>
#include <vector>

#include "espalier/study/study.hpp"

namespace espalier::study {

/// How an experiment gives an axis its values.
enum class Given : std::uint8_t { nowhere, axis, fixed, taken };
Given given_by(const Experiment& experiment, const std::string& axis);

/// All plain values an axis may have in this experiment, cases included; empty where it is left out or only taken.
std::vector<Value> plain_values(const Experiment& experiment, const std::string& axis);

const Experiment* find_experiment(const Study& study, const std::string& name);
std::vector<std::string> experiment_names(const Study& study);

/// Whether runs can differ in the axis although it may not be given: it is varied, takes every value, or repeats.
bool has_axis(const Study& study, const Experiment& experiment, const std::string& name);

/// An axis that the experiment gives a value: varied, fixed, taken, or in a case.
struct GivenAxis {
  std::string name;
  Location where;
};
/// In this order; an axis of several cases stands several times.
std::vector<GivenAxis> given_axes(const Experiment& experiment);

/// The values that the study defines of split, source, target or network, as words; empty for other axes.
std::vector<std::string> names_of(const Study& study, const std::string& axis);

/// Takes of the experiment and of all its cases.
std::vector<Take> all_takes(const Experiment& experiment);

/// The least and the most units of the networks this experiment may use; {0, 0} where unknown.
struct Depth {
  std::int32_t least = 0, most = 0;
};
Depth depth_of(const Study& study, const Experiment& experiment);

/// An upper bound of the number of cells before exclusion; saturates at 2^62.
std::int64_t cell_count(const Study& study, const Experiment& experiment);

}  // namespace espalier::study
