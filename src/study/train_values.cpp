// Maps each training key to a setter that checks its type and range.
#include "espalier/study/train_values.hpp"

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "espalier/study/parse.hpp"
#include "study/rate_values.hpp"
#include "study/value_range.hpp"

namespace espalier::study {
namespace {

using Setter = std::function<std::optional<Complaint>(TrainValues&, const Value&)>;
constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();

Setter integer(std::optional<std::int64_t> TrainValues::* field, std::int64_t least) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = integer_in(value, least, kBig);
    if (!read.complaint) values.*field = read.value;
    return read.complaint;
  };
}

Setter real(std::optional<double> TrainValues::* field, Range range) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = real_in(value, range);
    if (!read.complaint) values.*field = read.value;
    return read.complaint;
  };
}

Setter word(std::optional<std::string> TrainValues::* field, std::vector<std::string> allowed) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = word_of(value, allowed);
    if (!read.complaint) values.*field = read.value;
    return read.complaint;
  };
}

std::optional<Complaint> set_keep(TrainValues& values, const Value& value) {
  const auto read = word_of(value, {"none", "last"});
  if (!read.complaint) values.keep = read.value;
  return read.complaint;
}

std::optional<Complaint> set_fit(TrainValues& values, const Value& value) {
  const auto read = truth_of(value);
  if (!read.complaint) values.fit = read.value;
  return read.complaint;
}

std::optional<Complaint> set_epochs(TrainValues& values, const Value& value) {
  const auto duration = parse_duration(value);
  if (!duration || duration->count < 1 || duration->count > kBig) return not_a_duration(value, 1);
  values.epochs = duration;
  return std::nullopt;
}

Setter augment_flag(bool task::AugmentSpec::* field) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = truth_of(value);
    if (read.complaint) return read.complaint;
    if (!values.augment) values.augment.emplace();
    (*values.augment).*field = read.value;
    return std::nullopt;
  };
}

Setter augment_pixels(std::int32_t task::AugmentSpec::* field) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = integer_in(value, 0, 8192);
    if (read.complaint) return read.complaint;
    if (!values.augment) values.augment.emplace();
    (*values.augment).*field = static_cast<std::int32_t>(read.value);
    return std::nullopt;
  };
}

Setter augment_real(double task::AugmentSpec::* field, Range range) {
  return [=](TrainValues& values, const Value& value) -> std::optional<Complaint> {
    const auto read = real_in(value, range);
    if (read.complaint) return read.complaint;
    if (!values.augment) values.augment.emplace();
    (*values.augment).*field = read.value;
    return std::nullopt;
  };
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all = {
      {"batch", integer(&TrainValues::batch, 1)},
      {"epochs", set_epochs},
      {"optimiser", word(&TrainValues::optimiser, {"sgd", "adam"})},
      {"momentum", real(&TrainValues::momentum, {.least = 0, .below = 1})},
      {"weight_decay", real(&TrainValues::weight_decay, {.least = 0, .most = 1})},
      {"frozen_dropout", word(&TrainValues::frozen_dropout, {"off", "on"})},
      {"precision", word(&TrainValues::precision, {"fp32", "bf16", "tf32"})},
      {"evaluate.every", integer(&TrainValues::evaluate_every, 0)},
      {"fit", set_fit},
      {"warn_below", real(&TrainValues::warn_below, {.least = 0, .most = 1})},
      {"keep", set_keep},
      {"augment.flip", augment_flag(&task::AugmentSpec::flip)},
      {"augment.shifted_crop", augment_pixels(&task::AugmentSpec::shifted_crop)},
      {"augment.random_resized", augment_pixels(&task::AugmentSpec::random_resized)},
      {"augment.centre_crop", augment_pixels(&task::AugmentSpec::centre_crop)},
      {"augment.rotation", augment_real(&task::AugmentSpec::rotation_degrees, {.least = 0, .most = 180})},
      {"augment.translation", augment_real(&task::AugmentSpec::translation, {.least = 0, .most = 1})},
  };
  return all;
}

/// "rates.2-5.start" -> ("2-5", "start").
std::optional<std::pair<std::string, std::string>> rate_key(const std::string& key) {
  if (!key.starts_with("rates.")) return std::nullopt;
  const auto dot = key.rfind('.');
  if (dot <= 6) return std::nullopt;
  return std::pair{key.substr(6, dot - 6), key.substr(dot + 1)};
}

std::optional<Complaint> set_rate(TrainValues& values, const std::string& units, const std::string& key,
                                  const Value& value) {
  for (auto& group : values.rates) {
    if (group.units == units) return set_rate_value(group, key, value);
  }
  return Complaint{"there is no rate group '" + units + "'", "rates names no such units", "Add it to train.rates"};
}

}  // namespace

std::optional<Complaint> set_train_value(TrainValues& values, const std::string& key, const Value& value) {
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

}  // namespace espalier::study
