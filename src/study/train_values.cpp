// Sets a training value by its key, merges training values layer over layer, and reads durations.
#include "espalier/study/train_values.hpp"

#include <charconv>
#include <functional>
#include <map>

#include "espalier/study/train_table.hpp"
#include "study/rate_values.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

using Setter = std::function<std::optional<Problem>(TrainValues&, const Value&)>;

/// Tried apart, so that nothing is changed where there is a problem.
Setter setter_of(const AugmentRow& row) {
  return [&row](TrainValues& values, const Value& value) {
    auto augment = values.augment.value_or(task::AugmentSpec{});
    auto problem = row.set(augment, value);
    if (!problem) values.augment = augment;
    return problem;
  };
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all = [] {
    std::map<std::string, Setter> made;
    for (const auto& row : train_rows()) {
      if (row.set) made.emplace(row.key, row.set);
      if (!row.first_name.empty()) made.emplace(row.first_name, row.set);
    }
    for (const auto& row : augment_rows()) made.emplace("augment." + row.key, setter_of(row));
    return made;
  }();
  return all;
}

/// "rates.2-5.start" -> ("2-5", "start").
std::optional<std::pair<std::string, std::string>> rate_key(const std::string& key) {
  if (!key.starts_with("rates.")) return std::nullopt;
  const auto dot = key.rfind('.');
  if (dot <= 6) return std::nullopt;
  return std::pair{key.substr(6, dot - 6), key.substr(dot + 1)};
}

std::optional<Problem> set_rate(TrainValues& values, const std::string& units, const std::string& key,
                                const Value& value) {
  for (auto& group : values.rates) {
    if (group.units == units) return set_rate_value(group, key, value);
  }
  return Problem{"there is no rate group '" + units + "'", "rates names no such units", "Add it to train.rates"};
}

}  // namespace

std::optional<Problem> set_train_value(TrainValues& values, const std::string& key, const Value& value) {
  if (const auto rate = rate_key(key)) return set_rate(values, rate->first, rate->second, value);
  const auto setter = setters().find(key);
  if (setter == setters().end()) return unknown_word("key", key, train_keys());
  return setter->second(values, value);
}

bool is_train_key(const std::string& key) {
  if (const auto rate = rate_key(key)) return is_rate_key(rate->second);
  return setters().contains(key);
}

const std::vector<std::string>& train_keys() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> keys;
    for (const auto& [key, setter] : setters()) keys.push_back(key);
    return keys;
  }();
  return all;
}

TrainValues merged(const TrainValues& base, const TrainValues& over) {
  TrainValues all = base;
  for (const auto& row : train_rows()) row.merge(all, over);
  return all;
}

TrainValues train_defaults() {
  TrainValues values;
  for (const auto& row : train_rows()) {
    if (row.set_default) row.set_default(values);
  }
  return values;
}

void settle(TrainValues& values, bool has_own_rates) {
  using Unit = Duration::Unit;
  if (!values.evaluate_every) {  // an epoch of a small set may be one step, after each of which nobody looks
    values.evaluate_every = values.epochs->unit == Unit::steps ? Duration{Unit::percent, 5} : Duration{Unit::epochs, 1};
  }
  // Rates that a study gives are meant as they are; the default ones rise at first, so that no training collapses.
  if (!values.warmup) values.warmup = parse_duration(has_own_rates ? Value(0) : Value(kDefaultWarmup));
}

bool is_in_range(const Duration& duration, std::int64_t least, Shares shares) {
  const bool is_share = duration.unit == Duration::Unit::percent;
  if (is_share && shares == Shares::refused) return false;
  return duration.count >= least && duration.count <= (is_share ? 100 : std::numeric_limits<std::int32_t>::max());
}

std::optional<Duration> parse_duration(const Value& value) {
  if (const std::int64_t* epochs = value.integer()) return Duration{Duration::Unit::epochs, *epochs};
  const std::string* word = value.word();
  if (!word) return std::nullopt;
  Duration duration;
  const char* end = word->data() + word->size();
  const auto [stop, error] = std::from_chars(word->data(), end, duration.count);
  if (error != std::errc{}) return std::nullopt;
  const std::string unit(stop, end);
  if (unit == " steps" || unit == " step") {
    duration.unit = Duration::Unit::steps;
  } else if (unit == " %" || unit == "%") {
    duration.unit = Duration::Unit::percent;
  } else if (unit != " epochs" && unit != " epoch") {
    return std::nullopt;
  }
  return duration;
}

std::string to_string(const Duration& duration) {
  switch (duration.unit) {
    case Duration::Unit::epochs: break;
    case Duration::Unit::steps: return std::to_string(duration.count) + " steps";
    case Duration::Unit::percent: return std::to_string(duration.count) + " %";
  }
  return std::to_string(duration.count);
}

}  // namespace espalier::study
