// Translates a study's condition text into muParserX syntax and collects the names it mentions.
#include "grid/condition_text.hpp"

#include <algorithm>
#include <cctype>

#include "espalier/core/errors.hpp"
#include "espalier/study/parse.hpp"
#include "espalier/study/value.hpp"

namespace espalier::grid {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool in_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; }

/// A string of muParserX's: it reads a backslash as the beginning of an escape.
std::string quoted_text(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

class Translator {
 public:
  Translator(const std::string& text, const std::vector<std::string>& known) : text_(text), known_(known) {}

  ConditionText run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') quoted(c);
      else if (starts_name(c)) name();
      else if (std::isdigit(static_cast<unsigned char>(c))) number();
      else other(c);
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const Problem& problem) const {
    throw UsageError("condition '" + text_ + "': " + problem.problem, problem.why, problem.suggestion);
  }

  void quoted(char quote) {
    const auto end = text_.find(quote, at_ + 1);
    if (end == std::string::npos) refuse({"a string is not closed", "", "Close it by " + std::string(1, quote) + "."});
    const std::string word = text_.substr(at_ + 1, end - at_ - 1);
    out_.expression += word == "all" ? "all" : quoted_text(word);
    at_ = end + 1;
  }

  bool call_follows(std::size_t end) const {
    while (end < text_.size() && text_[end] == ' ') ++end;
    return end < text_.size() && text_[end] == '(';
  }

  void name() {
    std::size_t end = at_;
    while (end < text_.size() && in_name(text_[end])) ++end;
    const std::string word = study::stored_axis_name(text_.substr(at_, end - at_));
    const bool call = call_follows(end);
    at_ = end;
    if (word == "not") return negation();
    if (word == "and" || word == "or" || word == "true" || word == "false" || word == "all") {
      out_.expression += word;
    } else if (std::find(known_.begin(), known_.end(), word) != known_.end()) {
      out_.expression += mangled(word);
      if (std::find(out_.names.begin(), out_.names.end(), word) == out_.names.end()) out_.names.push_back(word);
    } else if (call) {
      out_.expression += word;
    } else {
      const std::string near = study::nearest(word, known_);
      refuse({"'" + word + "' is not known here", near.empty() ? "it is no axis" : "did you mean '" + near + "'?",
              "Words are written in quotes: '" + word + "'."});
    }
  }

  /// Writes a number in its shortest spelling: muParserX gives 5 and 5.0 different types.
  void number() {
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '.' ||
                                  ((text_[end] == '-' || text_[end] == '+') && std::tolower(text_[end - 1]) == 'e'))) {
      ++end;
    }
    const auto value = study::parse_value(text_.substr(at_, end - at_));
    if (value.word()) refuse({"'" + *value.word() + "' is no number", "", ""});
    out_.expression += study::to_string(value);
    at_ = end;
  }

  void negation() {
    out_.expression += '!';
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  void other(char c) {
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (std::string("=<>!").find(c) != std::string::npos && next == '=') {
      out_.expression += {c, next};
      at_ += 2;
      return;
    }
    if (c == '=') refuse({"'=' compares nothing", "it would assign", "Write '=='."});
    ++at_;
    if (c == '!') return negation();
    out_.expression += c;
  }

  const std::string& text_;
  const std::vector<std::string>& known_;
  std::size_t at_ = 0;
  ConditionText out_;
};

}  // namespace

std::string mangled(const std::string& name) {
  std::string out;
  for (const char c : name) out += c == '.' ? std::string("__") : std::string(1, c);
  return out;
}

ConditionText translate(const std::string& text, const std::vector<std::string>& known) {
  return Translator(text, known).run();
}

}  // namespace espalier::grid
