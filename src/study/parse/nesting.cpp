// Counts the parts of dotted keys in TOML text, past strings and comments.
#include "study/parse/nesting.hpp"

#include <algorithm>

namespace espalier::study {
namespace {

/// The place behind the string that begins at `at`; a string that is not closed ends with its line or the text.
std::size_t behind_string(const std::string& text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  if (text.compare(at, 3, three) == 0) {
    const std::size_t end = text.find(three, at + 3);
    return end == std::string::npos ? text.size() : end + 3;
  }
  for (++at; at < text.size() && text[at] != quote && text[at] != '\n'; ++at) {
    if (quote == '"' && text[at] == '\\') ++at;
  }
  return std::min(at + 1, text.size());
}

}  // namespace

std::optional<int> line_of_deep_key(const std::string& text) {
  int line = 1, dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      const std::size_t end = behind_string(text, at);
      line += static_cast<int>(std::count(text.begin() + static_cast<std::ptrdiff_t>(at),
                                          text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      at = end;
      continue;
    }
    if (c == '#') at = std::min(text.find('\n', at), text.size());
    else ++at;
    if (c == '\n') ++line;
    if (c == '.' && ++dots >= kMostKeyParts) return line;
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') dots = 0;
  }
  return std::nullopt;
}

}  // namespace espalier::study
