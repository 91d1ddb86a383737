// Reads and checks a study file together with its data sets and checkpoints.
#include "espalier/session/study_input.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <optional>

#include "espalier/core/hash.hpp"
#include "espalier/os/regular_file.hpp"
#include "session/checkpoint_check.hpp"
#include "session/study_input_resolve.hpp"
#include "session/study_input_text.hpp"
#include "session/study_input_trees.hpp"

namespace espalier::session {
namespace {

std::filesystem::path folder_of(const StudyArguments& arguments) {
  return std::filesystem::absolute(arguments.file).parent_path();
}

std::filesystem::path root_of(const StudyArguments& arguments) {
  return arguments.data_root.empty() ? folder_of(arguments) : std::filesystem::absolute(arguments.data_root);
}

/// SHA-256 of a file, read in pieces; nothing if it cannot be read or is no regular file.
std::optional<ArtifactId> digest_of(const std::filesystem::path& file) {
  const os::Descriptor opened = os::try_open_regular(file, O_RDONLY);
  if (!opened) return std::nullopt;
  Sha256 hash;
  std::array<char, 1 << 16> buffer;
  for (ssize_t got = 0; (got = ::read(opened.get(), buffer.data(), buffer.size())) != 0;) {
    if (got < 0) return std::nullopt;
    hash.update(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  }
  return ArtifactId{to_hex(hash.finish())};
}

void find_checkpoints(const std::filesystem::path& root, CheckedStudy& checked) {
  for (const auto& source : checked.input.study.sources) {
    if (source.checkpoint.empty()) continue;
    const auto file = root / source.checkpoint;
    if (const auto digest = digest_of(file)) {
      checked.input.facts.checkpoints[source.name] = *digest;
      checked.input.checkpoint_files[source.name] = file.string();
    } else {
      checked.diagnostics.push_back({study::Diagnostic::Severity::error,
                                     source.where,
                                     "source." + source.name + ".checkpoint",
                                     {"'" + source.checkpoint + "' cannot be read",
                                      "there is no such file below " + root.string(), "Name a safetensors file"}});
    }
  }
}

/// Whether the [data] tables have no errors, so that images can be checked although other tables have some.
bool data_can_be_read(const CheckedStudy& checked) {
  return std::none_of(checked.diagnostics.begin(), checked.diagnostics.end(), [](const study::Diagnostic& found) {
    const bool elsewhere = found.key.starts_with("experiment") || found.key.starts_with("train") ||
                           found.key.starts_with("figure") || found.key.starts_with("table") ||
                           found.key.starts_with("network") || found.key.starts_with("labels") ||
                           found.key.starts_with("tree");
    return found.severity == study::Diagnostic::Severity::error && !elsewhere;
  });
}

}  // namespace

CheckedStudy check_study(const StudyArguments& arguments, WantImages images) {
  return check_study_text(read_study_text(arguments.file), arguments, images);
}

CheckedStudy check_study_text(const std::string& text, const StudyArguments& arguments, WantImages images) {
  auto parsed = study::parse(text, arguments.overrides);
  CheckedStudy checked{{std::move(parsed.study), {}, {}, {}}, std::move(parsed.diagnostics)};
  const auto root = root_of(arguments);
  checked.input.data_root = root.string();
  find_trees(checked.input.study, folder_of(arguments), checked.input.facts, checked.diagnostics);
  if (!data_can_be_read(checked)) return checked;
  checked.input.facts.data = find_facts(checked.input.study, root, images, checked.diagnostics).data;
  name_level_trees(checked.input.study, folder_of(arguments), checked.input.facts, checked.diagnostics);
  name_expected_classes(checked.input.study, checked.input.facts);
  find_checkpoints(root, checked);
  check_checkpoints(checked);
  return checked;
}

}  // namespace espalier::session
