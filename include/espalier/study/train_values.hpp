#pragma once
// Sets and merges the values of [train] one by one, as tables and axes (`train.batch`, `source.epochs`) write them.
#include <optional>
#include <string>

#include "espalier/core/problem.hpp"
#include "espalier/study/study.hpp"
#include "espalier/study/value.hpp"

namespace espalier::study {

/// Sets one value by its key without "train." or "source.": "batch", "epochs", "augment.flip", "evaluate.every",
/// "rates.top.start" (a group with `units` "top" must exist in `values`). Returns the problem and changes nothing if it
/// cannot.
std::optional<Problem> set_train_value(TrainValues& values, const std::string& key, const Value& value);

/// Whether set_train_value knows `key` ("rates.<units>.<key>" included).
bool is_train_key(const std::string& key);
/// All keys except those of rate groups, for suggestions.
const std::vector<std::string>& train_keys();

/// The values of `over` where they are set, else those of `base`. `augment` and `rates` are replaced as a whole.
TrainValues merged(const TrainValues& base, const TrainValues& over);

/// The default values; every optional one is set except `warn_below`.
TrainValues train_defaults();

/// Parses "30" (epochs), "30 epochs" or "2000 steps"; none if it is neither.
std::optional<Duration> parse_duration(const Value& value);
/// Prints "30" or "2000 steps", which parse_duration reads back.
std::string to_string(const Duration& duration);

}  // namespace espalier::study
