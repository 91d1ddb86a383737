#pragma once
// Sets and merges the values of [train] one by one, as tables and axes (`train.batch`, `source.epochs`) write them.
#include <optional>
#include <string>

#include "espalier/study/study.hpp"
#include "espalier/study/value.hpp"

namespace espalier::study {

/// Why a value cannot be set; the words of a Diagnostic.
struct Complaint {
  std::string problem, why, suggestion;
};

/// Sets one value by its key without "train." or "source.": "batch", "epochs", "augment.flip", "evaluate.every",
/// "rates.top.start" (the group whose `units` is "top" must exist in `values`). Nothing is changed on a complaint.
std::optional<Complaint> set_train_value(TrainValues& values, const std::string& key, const Value& value);

/// Whether `key` is one that set_train_value knows ("rates.<units>.<key>" included).
bool is_train_key(const std::string& key);
/// All of them, for suggestions; rate groups left out.
const std::vector<std::string>& train_keys();

/// `over` where it says something, `base` elsewhere. `augment` and `rates` are replaced as a whole.
TrainValues merged(const TrainValues& base, const TrainValues& over);

/// What holds where a study says nothing; every optional value is set but `warn_below`.
TrainValues train_defaults();

/// "30" epochs or "2000 steps" (also "30 epochs"). Nothing if it is neither.
std::optional<Duration> parse_duration(const Value& value);
/// "30" or "2000 steps": what parse_duration reads back.
std::string to_string(const Duration& duration);

}  // namespace espalier::study
