// Splits the text of conditions outside double quotes, and puts words into quotes where they need them.
#include "espalier/study/conditions.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"

namespace espalier::study {
namespace {

/// Walks a text and knows whether a place is within quotes.
class Quotes {
 public:
  /// Whether the character `c` is one of a quoted word, or opens or closes one.
  bool covers(char c) {
    const bool was_inside = inside_;
    if (inside_ && !escaped_ && c == '\\') {
      escaped_ = true;
      return true;
    }
    if (c == '"' && !escaped_) inside_ = !inside_;
    escaped_ = false;
    return was_inside || c == '"';
  }
  bool inside() const { return inside_; }

 private:
  bool inside_ = false, escaped_ = false;
};

/// Where the first `separator` outside quotes stands; npos: nowhere. Throws where a quote is not closed.
std::size_t find_outside(const std::string& text, char separator) {
  Quotes quotes;
  std::size_t first = std::string::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool covered = quotes.covers(text[i]);
    if (!covered && text[i] == separator && first == std::string::npos) first = i;
  }
  if (!quotes.inside()) return first;
  throw UsageError("a double quote in '" + text + "' is not closed", "quotes protect commas, bars and colons in a word",
                   "Close it, or write \\\" for a quote that is part of a quoted word.");
}

std::vector<std::string> split_outside(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::string rest = text;
  for (auto at = find_outside(rest, separator); at != std::string::npos; at = find_outside(rest, separator)) {
    parts.push_back(rest.substr(0, at));
    rest.erase(0, at + 1);
  }
  parts.push_back(rest);
  return parts;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// The word without the spaces around it and without its quotes.
std::string word_of(const std::string& text) {
  std::string trim = trimmed(text);
  if (trim.empty() || trim.front() != '"') return trim;
  std::string word;
  std::size_t at = 1;
  for (; at < trim.size() && trim[at] != '"'; ++at) {
    if (trim[at] == '\\' && at + 1 < trim.size()) ++at;
    word += trim[at];
  }
  if (at + 1 == trim.size()) return word;
  throw UsageError("'" + trim + "' goes on behind its closing quote", "quotes hold all of a word", "Quote it whole.");
}

[[noreturn]] void refuse(const std::string& text) {
  throw UsageError("'" + text + "' is not a condition", "it must read AXIS=VALUE",
                   "Write for instance per_class=5, per_class=1|2, or case=\"a,b\" in quotes.");
}

}  // namespace

AxisCondition parse_condition(const std::string& text) {
  const auto at = find_outside(text, '=');
  if (at == std::string::npos || trimmed(text.substr(0, at)).empty() || trimmed(text.substr(at + 1)).empty()) {
    refuse(text);
  }
  AxisCondition condition{word_of(text.substr(0, at)), {}};
  for (const auto& value : split_outside(text.substr(at + 1), '|')) condition.values.push_back(word_of(value));
  return condition;
}

std::vector<AxisCondition> parse_conditions(const std::string& text) {
  std::vector<AxisCondition> conditions;
  for (const auto& part : split_outside(text, ',')) conditions.push_back(parse_condition(part));
  return conditions;
}

NamedRuns parse_named_runs(const std::string& text) {
  const auto colon = find_outside(text, ':');
  if (colon == std::string::npos) return {false, word_of(text), ""};
  return {true, word_of(text.substr(0, colon)), text.substr(colon + 1)};
}

std::string spelled(const std::string& word) {
  const bool plain = !word.empty() && word.find_first_of(",|=:\"\\ ") == std::string::npos;
  if (plain) return word;
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string text_of(const std::vector<AxisCondition>& conditions) {
  std::string text;
  for (const auto& [axis, values] : conditions) {
    text += (text.empty() ? "" : ",") + axis + "=";
    for (std::size_t i = 0; i < values.size(); ++i) text += (i ? "|" : "") + spelled(values[i]);
  }
  return text;
}

}  // namespace espalier::study
