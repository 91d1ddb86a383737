#pragma once
// Sets the keys of one rate group.
#include <string>

#include "espalier/study/train_values.hpp"

namespace espalier::study {

/// Sets one key of a rate group: start, relative, to, factor, first, every, decays, units.
std::optional<Problem> set_rate_value(RateGroup& group, const std::string& key, const Value& value);
bool is_rate_key(const std::string& key);

/// The rate groups of a study without `rates`.
std::vector<RateGroup> default_rates();
/// Rate groups in words: "top 0.01 x 0.1 at 30 and multiples of 30; rest 0.001".
std::string rates_text(const std::vector<RateGroup>& groups);

/// Whether `units` is "top", "new", "copied", "rest", or unit numbers such as "3", "2-5" or "1,3".
bool is_units_selector(const std::string& units);

}  // namespace espalier::study
