#pragma once
// Reads the conditions that verbs are given: AXIS=VALUE[|VALUE...][,AXIS=VALUE...], where double quotes protect a word.
#include <string>
#include <vector>

namespace espalier::report {

/// "per_class=1|2": the axis has one of these values.
struct AxisCondition {
  std::string axis;
  std::vector<std::string> values;
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

}  // namespace espalier::report
