#pragma once
// What may stand for an axis of an experiment, and which values it may have.
#include <optional>
#include <string>

#include "espalier/study/parse.hpp"
#include "espalier/study/value.hpp"

namespace espalier::study {

/// Whether an experiment may name this axis: axis_names(), or a rate such as "train.rates.top.start".
bool is_axis(const std::string& name);
/// What is wrong with this value of this axis, independently of the rest of the study; none if it is valid.
std::optional<Problem> check_axis_value(const std::string& axis, const Value& value);

}  // namespace espalier::study
