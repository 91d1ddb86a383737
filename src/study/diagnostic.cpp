// Formats a finding as "file:line:column: error: key: problem (why). suggestion".
#include "espalier/study/diagnostic.hpp"

#include <algorithm>

namespace espalier::study {

std::string format(const Diagnostic& diagnostic, const std::string& file_name) {
  std::string text = file_name;
  if (diagnostic.where.line > 0) {
    text += ":" + std::to_string(diagnostic.where.line) + ":" + std::to_string(diagnostic.where.column);
  }
  text += diagnostic.severity == Diagnostic::Severity::error ? ": error: " : ": warning: ";
  if (!diagnostic.key.empty()) text += diagnostic.key + ": ";
  return text + to_string(diagnostic.problem);
}

bool has_errors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Diagnostic::Severity::error; });
}

}  // namespace espalier::study
