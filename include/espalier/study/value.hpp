#pragma once
// A value of an axis or label: a number, a word or a truth value; "all" is a word that compares as infinity.
#include <cstdint>
#include <string>
#include <variant>

namespace espalier::study {

struct Value {
  std::variant<bool, std::int64_t, double, std::string> held = std::int64_t{0};

  Value() = default;
  Value(bool value) : held(value) {}
  Value(std::int64_t value) : held(value) {}
  Value(int value) : held(std::int64_t{value}) {}
  Value(double value) : held(value) {}
  Value(std::string value) : held(std::move(value)) {}
  Value(const char* value) : held(std::string(value)) {}

  bool operator==(const Value&) const = default;
  bool is_all() const { return *this == Value("all"); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&held); }
  const std::string* word() const { return std::get_if<std::string>(&held); }
};

/// Prints a value as the study file spells it, without quotes: "6", "0.001" (shortest), "all", "true".
std::string to_string(const Value& value);
/// The inverse of to_string: tries an integer, a real, a truth value, then takes a word.
Value parse_value(const std::string& text);

}  // namespace espalier::study
