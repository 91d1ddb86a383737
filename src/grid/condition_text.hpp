#pragma once
// Translates the condition language of study files to muParserX's.
#include <string>
#include <vector>

namespace espalier::grid {

struct ConditionText {
  std::string expression;          ///< dots in names as "__", `not` as "!", strings in double quotes
  std::vector<std::string> names;  ///< that the text mentions, each once
};

/// Throws UsageError for a single "=", an open string, or a name that is neither in `known` nor a function.
ConditionText translate(const std::string& text, const std::vector<std::string>& known);

/// The name as muParserX knows it.
std::string mangled(const std::string& name);

}  // namespace espalier::grid
