// Reads each key of a rate group (start, relative, first, every, units, ...) with its range; puts groups into words.
#include "study/rate_values.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "study/value_range.hpp"

namespace espalier::study {
namespace {

const std::vector<std::string> kRateKeys = {"units", "start", "relative", "to",  "factor",
                                            "first", "every", "decays",   "beat"};

/// "3" or "2-5", units counted from 1.
bool is_unit_range(const std::string& part) {
  std::int32_t first = 0, last = 0;
  const char* end = part.data() + part.size();
  auto [stop, error] = std::from_chars(part.data(), end, first);
  if (error != std::errc{} || first < 1) return false;
  if (stop == end) return true;
  if (*stop != '-') return false;
  const auto [stop2, error2] = std::from_chars(stop + 1, end, last);
  return error2 == std::errc{} && stop2 == end && last >= first;
}

std::optional<Problem> set_units(RateGroup& group, const Value& value) {
  if (!value.word() && !value.integer()) return word_of(value, {}).problem;
  const std::string units = to_string(value);
  if (!is_units_selector(units)) {
    return Problem{"'" + units + "' names no units", "known: \"top\", \"new\", \"copied\", \"rest\" or unit numbers",
                   "Write \"rest\", \"3\", \"2-5\" or \"1,3\""};
  }
  group.units = units;
  return std::nullopt;
}

std::optional<Problem> set_duration(std::optional<Duration>& field, const Value& value, std::int64_t least) {
  const auto duration = parse_duration(value);
  if (!duration || !is_in_range(*duration, least, Shares::taken)) return not_a_duration(value, least, Shares::taken);
  field = duration;
  return std::nullopt;
}

std::optional<Problem> set_real(double& field, const Value& value, Range range) {
  const auto read = real_in(value, range);
  if (!read.problem) field = read.value;
  return read.problem;
}

std::optional<Problem> set_relative_to(RateGroup& group, const Value& value) {
  const auto read = word_of(value, {});
  if (read.problem) return read.problem;
  if (read.value.empty()) return Problem{"'to' names no group", "it is empty", "Write to = \"new\" or another"};
  if (!group.relative) group.relative.emplace();
  group.relative->to = read.value;
  return std::nullopt;
}

std::optional<Problem> set_decay_times(RateGroup& group, const Value& value) {
  const auto read = word_of(value, {"multiples", "after-first"});
  if (!read.problem) {
    group.decay_times =
        read.value == "multiples" ? RateGroup::DecayTimes::multiples : RateGroup::DecayTimes::after_first;
  }
  return read.problem;
}

std::optional<Problem> set_start(RateGroup& group, const Value& value) {
  const auto read = real_in(value, {.most = 1000, .above = 0});
  if (read.problem) return read.problem;
  group.start = read.value;
  group.relative.reset();  // a group has one rate: one that a case gives takes the place of the study's
  return std::nullopt;
}

std::optional<Problem> set_relative(RateGroup& group, const Value& value) {
  const auto read = real_in(value, {.most = 1e6, .above = 0});
  if (read.problem) return read.problem;
  if (!group.relative) group.relative.emplace();
  group.relative->factor = read.value;
  return std::nullopt;
}

RateGroup common_group(const std::string& units, double start) {
  RateGroup group;
  group.units = units;
  group.start = start;
  group.factor = 0.1;
  group.first = Duration{Duration::Unit::percent, 50};
  group.every = Duration{Duration::Unit::percent, 25};
  return group;
}

std::string group_text(const RateGroup& group) {
  std::string text = group.units + " ";
  if (group.relative) return text + to_string(Value(group.relative->factor)) + " x " + group.relative->to;
  text += to_string(Value(group.start.value_or(0)));
  if (!group.first) return text;
  text += " x " + to_string(Value(group.factor)) + " at " + to_string(*group.first);
  if (!group.every) return text;
  text += group.decay_times == RateGroup::DecayTimes::multiples ? " and multiples of " : " and then every ";
  return text + to_string(*group.every);
}

}  // namespace

bool is_units_selector(const std::string& units) {
  if (units == "top" || units == "new" || units == "copied" || units == "rest") return true;
  for (std::size_t from = 0;;) {
    const std::size_t comma = units.find(',', from);
    std::string part = units.substr(from, comma == std::string::npos ? comma : comma - from);
    part.erase(std::remove(part.begin(), part.end(), ' '), part.end());
    if (!is_unit_range(part)) return false;
    if (comma == std::string::npos) return true;
    from = comma + 1;
  }
}

bool is_rate_key(const std::string& key) {
  return std::find(kRateKeys.begin(), kRateKeys.end(), key) != kRateKeys.end();
}

/// A key of a schedule that would be passed over, since the group follows another one.
std::optional<Problem> passed_over(const RateGroup& group, const std::string& key) {
  static const std::set<std::string> schedule = {"factor", "first", "every", "decays", "beat"};
  if (!group.relative || !schedule.contains(key)) return std::nullopt;
  return Problem{"a relative rate has no schedule",
                 "the group '" + group.units + "' follows '" + group.relative->to + "'",
                 "Set start, too, or the schedule of '" + group.relative->to + "'"};
}

std::optional<Problem> set_rate_value(RateGroup& group, const std::string& key, const Value& value) {
  if (auto problem = passed_over(group, key)) return problem;
  if (key == "units") return set_units(group, value);
  if (key == "start") return set_start(group, value);
  if (key == "relative") return set_relative(group, value);
  if (key == "to") return set_relative_to(group, value);
  if (key == "factor") return set_real(group.factor, value, {.most = 1000, .above = 0});
  if (key == "first") return set_duration(group.first, value, 0);
  if (key == "every") return set_duration(group.every, value, 1);
  if (key == "decays" || key == "beat") return set_decay_times(group, value);
  return unknown_word("key", key, kRateKeys);
}

std::vector<RateGroup> default_rates() { return {common_group("top", 0.003), common_group("rest", 0.0003)}; }

std::string rates_text(const std::vector<RateGroup>& groups) {
  std::string text;
  for (const auto& group : groups) text += (text.empty() ? "" : "; ") + group_text(group);
  return text;
}

}  // namespace espalier::study
