// Loads a study and prints the diagnostics of its text and data.
#include "cli/load_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "espalier/core/errors.hpp"

namespace espalier::cli {
namespace {

std::size_t count_errors(const std::vector<study::Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(), [](const study::Diagnostic& d) {
    return d.severity == study::Diagnostic::Severity::error;
  }));
}

}  // namespace

void print_diagnostics(const std::vector<study::Diagnostic>& diagnostics, const std::filesystem::path& file) {
  auto sorted = diagnostics;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  for (const auto& diagnostic : sorted) fmt::print(stderr, "{}\n", study::format(diagnostic, file.string()));
}

session::StudyInput load_study(const session::StudyArguments& arguments, session::WantImages images) {
  session::CheckedStudy checked = session::check_study(arguments, images);
  print_diagnostics(checked.diagnostics, arguments.file);
  if (const auto errors = count_errors(checked.diagnostics)) {
    throw UsageError(arguments.file.string() + " has " + std::to_string(errors) + (errors == 1 ? " error" : " errors"),
                     "shown above", "'espalier validate' shows them all");
  }
  return std::move(checked.input);
}

}  // namespace espalier::cli
