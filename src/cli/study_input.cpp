// Reads and checks a study file together with its data sets and checkpoints; prints what is wrong.
#include "espalier/cli/study_input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <tuple>

#include "cli/study_input_resolve.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/hash.hpp"

namespace espalier::cli {
namespace {

std::filesystem::path root_of(const StudyArguments& arguments) {
  if (!arguments.data_root.empty()) return std::filesystem::absolute(arguments.data_root);
  return std::filesystem::absolute(arguments.file).parent_path();
}

/// SHA-256 of a file, read in pieces; nothing if it cannot be read.
std::optional<ArtifactId> digest_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || !std::filesystem::is_regular_file(file)) return std::nullopt;
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  while (stream.read(buffer.data(), buffer.size()) || stream.gcount() > 0) {
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(stream.gcount())));
  }
  return ArtifactId{to_hex(hash.finish())};
}

void find_checkpoints(const study::Study& study, const std::filesystem::path& root, CheckedStudy& checked) {
  for (const auto& source : study.sources) {
    if (source.checkpoint.empty()) continue;
    if (const auto digest = digest_of(root / source.checkpoint)) {
      checked.facts.checkpoints[source.name] = *digest;
    } else {
      checked.diagnostics.push_back({study::Diagnostic::Severity::error, source.where,
                                     "source." + source.name + ".checkpoint",
                                     "'" + source.checkpoint + "' cannot be read",
                                     "there is no such file below " + root.string(), "Name a safetensors file"});
    }
  }
}

std::size_t count_errors(const std::vector<study::Diagnostic>& diagnostics) {
  return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(), [](const study::Diagnostic& d) {
    return d.severity == study::Diagnostic::Severity::error;
  }));
}

/// Whether the [data] tables have no errors, so that images can be checked although other tables have some.
bool data_can_be_read(const CheckedStudy& checked) {
  return std::none_of(checked.diagnostics.begin(), checked.diagnostics.end(), [](const study::Diagnostic& found) {
    const bool elsewhere = found.key.starts_with("experiment") || found.key.starts_with("train") ||
                           found.key.starts_with("figure") || found.key.starts_with("network");
    return found.severity == study::Diagnostic::Severity::error && !elsewhere;
  });
}

}  // namespace

CheckedStudy check_study(const StudyArguments& arguments, WantImages images) {
  auto parsed = study::parse(read_study_text(arguments.file), arguments.overrides);
  CheckedStudy checked{std::move(parsed.study), {}, std::move(parsed.diagnostics)};
  const auto root = root_of(arguments);
  if (!data_can_be_read(checked)) return checked;
  checked.facts = find_facts(checked.study, root, images, checked.diagnostics);
  find_checkpoints(checked.study, root, checked);
  return checked;
}

void print_diagnostics(const std::vector<study::Diagnostic>& diagnostics, const std::filesystem::path& file) {
  auto sorted = diagnostics;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  for (const auto& diagnostic : sorted) fmt::print(stderr, "{}\n", study::format(diagnostic, file.string()));
}

StudyInput load_study(const StudyArguments& arguments, WantImages images) {
  CheckedStudy checked = check_study(arguments, images);
  print_diagnostics(checked.diagnostics, arguments.file);
  if (const auto errors = count_errors(checked.diagnostics)) {
    throw UsageError(arguments.file.string() + " has " + std::to_string(errors) + (errors == 1 ? " error" : " errors"),
                     "shown above", "'espalier validate' shows them all");
  }
  return {std::move(checked.study), std::move(checked.facts), std::move(checked.diagnostics)};
}

plan::Facts resolve_data(const study::Study& study, const std::filesystem::path& root, WantImages images) {
  std::vector<study::Diagnostic> diagnostics;
  plan::Facts facts = find_facts(study, root, images, diagnostics);
  for (const auto& found : diagnostics) throw UsageError(found.key + ": " + found.problem, found.why, found.suggestion);
  return facts;
}

}  // namespace espalier::cli
