#pragma once
// A change of a whole data set that makes another one of it: a shift of domain, with its parameters.
#include <map>
#include <string>

namespace espalier::task {

/// One step from a data set to one derived from it. A parameter that is left out has its default, as the table of
/// transforms says (docs/data.md).
struct TransformSpec {
  std::string kind;                          ///< "blur", "noise", ...
  std::map<std::string, double> numbers;     ///< by the parameter's name, "sigma"
  std::map<std::string, std::string> words;  ///< likewise, { "pad", "symmetric" }
  bool operator==(const TransformSpec&) const = default;
};

}  // namespace espalier::task
