// Checks values of axes: counts, unit words, falls of rates, and any training value.
#include <algorithm>
#include <limits>

#include "espalier/core/errors.hpp"
#include "espalier/study/units_word.hpp"
#include "study/parts.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();

std::optional<Complaint> count_or_all(const Value& value, std::int64_t least) {
  if (value.is_all()) return std::nullopt;
  if (value.word()) return Complaint{"unknown word '" + to_string(value) + "'", "known: a whole number or \"all\"", ""};
  return integer_in(value, least, kBig).complaint;
}

std::optional<Complaint> first_fall(const Value& value) {
  if (value == Value("never")) return std::nullopt;
  if (!value.word()) return integer_in(value, 0, kBig).complaint;
  const auto duration = parse_duration(value);
  return duration && duration->count >= 0 ? std::nullopt : std::optional(not_a_duration(value, 0));
}

std::optional<Complaint> units_word(const Value& value) {
  if (!value.word()) return word_of(value, {}).complaint;
  try {
    parse_units_word(*value.word());
    return std::nullopt;
  } catch (const UsageError& error) {
    return complaint_of(error);
  }
}

/// Tries to set `train.<key>` on trial values that have a rate group of the name in the key.
std::optional<Complaint> train_value(const std::string& key, const Value& value) {
  TrainValues trial;
  if (key.starts_with("rates.")) {
    RateGroup group;
    group.units = key.substr(6, key.rfind('.') - 6);
    trial.rates = {group};
  }
  return set_train_value(trial, key, value);
}

std::string train_key_of(const std::string& axis) {
  for (const char* prefix : {"train.", "source."}) {
    if (axis.starts_with(prefix)) return axis.substr(std::string(prefix).size());
  }
  return "";
}

}  // namespace

bool is_axis(const std::string& name) {
  const auto& known = axis_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  const std::string key = train_key_of(name);
  return !key.empty() && is_train_key(key);
}

std::optional<Complaint> check_axis_value(const std::string& axis, const Value& value) {
  if (axis == "transferred" || axis == "frozen") return integer_in(value, 0, 10'000).complaint;
  if (axis == "decay_epoch") return first_fall(value);
  if (axis == "high_units") return count_or_all(value, 0);
  if (axis == "per_class") return count_or_all(value, 1);
  if (axis == "split" || axis == "replicate") return integer_in(value, 1, 100'000).complaint;
  if (axis == "units") return units_word(value);
  const std::string key = train_key_of(axis);
  return key.empty() ? word_of(value, {}).complaint : train_value(key, value);
}

}  // namespace espalier::study
