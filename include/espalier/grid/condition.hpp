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

/// Compiled once; results are kept by the values of the names it mentions. Numbers compare as reals, words as
/// strings ("half" in double or single quotes), "all" as infinity. Operators: muParserX's, and `and`, `or`, `not`.
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
  /// `values` belong to names(), in that order. Throws UsageError where words are compared by size with numbers.
  bool holds(const std::vector<const study::Value*>& values);

 private:
  struct Parser;
  std::string text_;
  std::vector<std::string> names_;
  std::unique_ptr<Parser> parser_;
  std::unordered_map<std::string, bool> known_results_;
};

}  // namespace espalier::grid
