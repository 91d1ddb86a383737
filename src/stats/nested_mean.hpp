#pragma once
// The mean of one split: replicates within a setting first, then settings. All statistics average by it.
#include <map>
#include <string>

#include "stats/exact.hpp"

namespace espalier::stats {

/// The replicates of one split by setting; no setting is without any.
using BySetting = std::map<std::string, std::vector<Exact>>;

Exact nested_mean(const BySetting& settings);

}  // namespace espalier::stats
