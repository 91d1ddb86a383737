// Checks types and ranges of values and words the problems.
#include "study/value_range.hpp"

#include <cmath>

#include "espalier/study/parse.hpp"

namespace espalier::study {
namespace {

Problem wrong_type(const std::string& wanted, const Value& value) {
  return {"expected " + wanted, "found " + kind_of(value) + " '" + to_string(value) + "'", ""};
}

std::string number(double x) {
  return to_string(x == std::floor(x) && std::abs(x) < 1e15 ? Value(static_cast<std::int64_t>(x)) : Value(x));
}

std::string bounds(const Range& range) {
  std::string text;
  auto add = [&](const std::string& part) { text += (text.empty() ? "" : " and ") + part; };
  if (std::isfinite(range.above)) add("above " + number(range.above));
  if (std::isfinite(range.least)) add("at least " + number(range.least));
  if (std::isfinite(range.most)) add("at most " + number(range.most));
  if (std::isfinite(range.below)) add("below " + number(range.below));
  return text;
}

Problem out_of_range(const Value& value, const Range& range) {
  return {to_string(value) + " is out of range", "it must be " + bounds(range), ""};
}

}  // namespace

std::string kind_of(const Value& value) {
  static const char* const kKinds[] = {"a truth value", "a whole number", "a real number", "the word"};
  return kKinds[value.held.index()];
}

std::string either(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += "\"" + words[i] + "\"";
  }
  return text;
}

Read<std::int64_t> integer_in(const Value& value, std::int64_t least, std::int64_t most) {
  const std::int64_t* integer = value.integer();
  if (!integer) return {0, wrong_type("a whole number", value)};
  if (*integer >= least && *integer <= most) return {*integer, std::nullopt};
  Range range{.least = static_cast<double>(least)};
  if (*integer > most) range.most = static_cast<double>(most);
  return {0, out_of_range(value, range)};
}

Read<double> real_in(const Value& value, Range range) {
  const std::int64_t* integer = value.integer();
  const double* held = std::get_if<double>(&value.held);
  if (!integer && !held) return {0, wrong_type("a number", value)};
  const double real = integer ? static_cast<double>(*integer) : *held;
  const bool inside =
      std::isfinite(real) && real >= range.least && real <= range.most && real > range.above && real < range.below;
  if (!inside) return {0, out_of_range(value, range)};
  return {real, std::nullopt};
}

Read<bool> truth_of(const Value& value) {
  if (const bool* truth = std::get_if<bool>(&value.held)) return {*truth, std::nullopt};
  return {false, wrong_type("true or false", value)};
}

Read<std::string> word_of(const Value& value, const std::vector<std::string>& allowed) {
  const std::string* word = value.word();
  if (!word) return {"", wrong_type(allowed.empty() ? "a word in quotes" : either(allowed), value)};
  if (allowed.empty()) return {*word, std::nullopt};
  for (const auto& known : allowed) {
    if (*word == known) return {*word, std::nullopt};
  }
  return {"", unknown_word("word", *word, allowed)};
}

Problem not_a_duration(const Value& value, std::int64_t least, Shares shares) {
  const bool takes_shares = shares == Shares::taken;
  return {"'" + to_string(value) + "' is no duration here",
          "a duration is a whole number of epochs of at least " + std::to_string(least) + ", or steps" +
              (takes_shares ? ", or a share of the training of at most 100 %" : ""),
          takes_shares ? "Write 30, \"2000 steps\" or \"50 %\"" : "Write 30 or \"2000 steps\""};
}

Problem unknown_word(const std::string& what, const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  Problem problem{"unknown " + what + " '" + word + "'", "", ""};
  if (known.empty()) {
    problem.why = "none is defined";
  } else {
    problem.why = known.size() <= 24 ? "known: " + either(known) : "it is not in docs/study.md";
  }
  if (!near.empty()) problem.suggestion = "Did you mean '" + near + "'?";
  return problem;
}

}  // namespace espalier::study
