#pragma once
// Reads conditions on axes, as verbs and figures are given them: AXIS=VALUE[|VALUE...][,AXIS=VALUE...], where double
// quotes protect a word.
#include <string>
#include <vector>

namespace espalier::study {

/// "per_class=1|2": the axis has one of these values.
struct AxisCondition {
  std::string axis;
  std::vector<std::string> values;
  bool operator==(const AxisCondition&) const = default;
};
/// `case="a,b"|"x|y"`: within double quotes every character stands for itself, but \" and \\ for " and \. Throws
/// UsageError where `text` is not AXIS=VALUE[|VALUE...].
AxisCondition parse_condition(const std::string& text);
/// Parses several conditions separated by commas.
std::vector<AxisCondition> parse_conditions(const std::string& text);

/// EXPERIMENT:AXIS=VALUE,... as verbs name runs.
struct NamedRuns {
  bool has_colon = false;
  std::string experiment;  ///< without its quotes; all of the text where there is no colon
  std::string conditions;  ///< behind the colon
};
NamedRuns parse_named_runs(const std::string& text);

/// The word as conditions must spell it: in quotes where a character of it would separate.
std::string spelled(const std::string& word);
/// The inverse of parse_conditions().
std::string text_of(const std::vector<AxisCondition>& conditions);

}  // namespace espalier::study
