#pragma once
// One finding about a study file, and how it is printed.
#include <string>
#include <vector>

#include "espalier/core/problem.hpp"
#include "espalier/study/study.hpp"

namespace espalier::study {

/// One finding about a study file: where it is and what is wrong there.
struct Diagnostic {
  enum class Severity : std::uint8_t { warning, error } severity = Severity::error;
  Location where;
  std::string key;  ///< dotted, "experiment.frozen.axes.per_class"
  Problem problem;
};

/// "study.toml:12:7: error: train.batch: problem (why). suggestion"
std::string format(const Diagnostic& diagnostic, const std::string& file_name);

bool has_errors(const std::vector<Diagnostic>& diagnostics);

}  // namespace espalier::study
