#pragma once
// Reads one value with a type and a range, or gives the problem for the user.
#include <limits>
#include <string>
#include <vector>

#include "espalier/study/train_values.hpp"

namespace espalier::study {

template <class T>
struct Read {
  T value{};
  std::optional<Problem> problem;
};

/// The allowed range: least <= x <= most, or above < x, or x < below.
struct Range {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  double above = -std::numeric_limits<double>::infinity();
  double below = std::numeric_limits<double>::infinity();
};

Read<std::int64_t> integer_in(const Value& value, std::int64_t least, std::int64_t most);
/// Integers count as reals; NaN and infinities do not.
Read<double> real_in(const Value& value, Range range);
Read<bool> truth_of(const Value& value);
/// Accepts any word where `allowed` is empty.
Read<std::string> word_of(const Value& value, const std::vector<std::string>& allowed);

Problem not_a_duration(const Value& value, std::int64_t least, Shares shares);
/// Makes "unknown <what> 'word'", and suggests the nearest known word.
Problem unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& known);
/// "a whole number", "a word", ...
std::string kind_of(const Value& value);
/// "a, b or c".
std::string either(const std::vector<std::string>& words);

}  // namespace espalier::study
