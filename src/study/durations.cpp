// Parses and prints durations in epochs or steps.
#include <charconv>

#include "espalier/study/train_values.hpp"

namespace espalier::study {

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
  } else if (unit != " epochs" && unit != " epoch") {
    return std::nullopt;
  }
  return duration;
}

std::string to_string(const Duration& duration) {
  return std::to_string(duration.count) + (duration.unit == Duration::Unit::steps ? " steps" : "");
}

}  // namespace espalier::study
