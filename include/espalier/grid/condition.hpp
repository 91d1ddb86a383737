#pragma once
// Conditions over axis values, as study files write them: "frozen > transferred and per_class < all".
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "espalier/study/value.hpp"

namespace espalier::grid {

/// A condition, compiled once; results are remembered by the values it depends on. Numbers compare as reals, words as
/// strings ("half" in double or single quotes), "all" as infinity. Operators are those of muParserX, and `and`, `or`,
/// `not`.
class Condition {
 public:
  /// Throws UsageError where the text is malformed or mentions a name that is not in `known`.
  Condition(const std::string& text, const std::vector<std::string>& known);
  ~Condition();
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;

  const std::string& text() const { return text_; }
  /// The names it mentions, each once, in order of appearance.
  const std::vector<std::string>& names() const { return names_; }
  /// `values` are those of names(), in that order. Throws UsageError where a word is compared by size with a number.
  bool holds(const std::vector<const study::Value*>& values);

 private:
  struct Parser;
  std::string text_;
  std::vector<std::string> names_;
  std::unique_ptr<Parser> parser_;
  std::unordered_map<std::string, bool> known_results_;
};

}  // namespace espalier::grid
