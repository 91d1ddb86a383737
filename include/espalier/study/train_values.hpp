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

/// The default values; every optional one is set except `warn_below` and `loss`, and `warmup` and
/// `evaluate_every`, which are by the others.
TrainValues train_defaults();

/// Of trainings whose rates are the default ones and that do not say: none collapsed with it (results/default-train).
inline constexpr const char* kDefaultWarmup = "10 %";

/// Sets what is by other values, where nothing says it: how often a training is evaluated, and its warm-up.
/// `has_own_rates`: the study gives rates for it. Requires `epochs`.
void settle(TrainValues& values, bool has_own_rates);

/// Whether the duration has from `least` to as many as can be counted; percents are shares of a training, where it
/// takes some.
enum class Shares : bool { refused, taken };
bool is_in_range(const Duration& duration, std::int64_t least, Shares shares);

/// Parses "30" (epochs), "30 epochs", "2000 steps" or "50 %"; none if it is neither.
std::optional<Duration> parse_duration(const Value& value);
/// Prints "30", "2000 steps" or "50 %", which parse_duration reads back.
std::string to_string(const Duration& duration);

}  // namespace espalier::study
