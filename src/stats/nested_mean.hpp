#pragma once
// The mean of one split: replicates within a setting and fold first, then these. All statistics average by it.
#include <map>
#include <string>
#include <utility>

#include "stats/exact.hpp"

namespace espalier::stats {

/// What runs of a split are averaged over: values of further axes, and a fold; each may be "".
using SettingAndFold = std::pair<std::string, std::string>;

/// The replicates of one split by setting and fold; none is without any.
using BySetting = std::map<SettingAndFold, std::vector<Exact>>;

Exact nested_mean(const BySetting& settings);

/// The means of the settings in each fold, by its name; empty where there are no folds.
using ByFold = std::map<std::string, Exact>;
ByFold fold_means(const BySetting& settings);
std::vector<Exact> values_of(const ByFold& folds);

}  // namespace espalier::stats
