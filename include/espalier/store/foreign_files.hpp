#pragma once
// Files that bear names of ours under OUT: which of them this program wrote, and what becomes of the others.
#include <cstdint>
#include <filesystem>
#include <optional>

namespace espalier::store {

inline constexpr std::uint32_t kLaunchMagic = 0x52505345;  ///< "ESPR": the first four bytes of OUT/launch

enum class ViewOrigin : std::uint8_t {
  none,     ///< no regular file is there
  own,      ///< a view of a schema that this version knows; its tables may be damaged
  newer,    ///< a view of a schema that only a newer version knows
  unknown,  ///< something else, or a view so damaged that it cannot be told
};
ViewOrigin origin_of_view(const std::filesystem::path& file);

/// Whether a regular file begins as OUT/launch does.
bool is_launch_file(const std::filesystem::path& file);

enum class HasJournal : std::uint8_t { no, yes };

/// Call before a launch writes anything. Throws UsageError where a launch would replace a results.h5 or `launch` that
/// this program did not write, and frame::NewerFormatError for a newer version's results.h5. With a journal a
/// results.h5 of unknown origin may be a damaged one of ours: write_view() keeps it.
void refuse_foreign_files(const std::filesystem::path& out, HasJournal journal);

/// Throws frame::NewerFormatError where results.h5 is a newer version's.
void refuse_newer_view(const std::filesystem::path& out);

/// Renames a results.h5 of unknown origin to "results.h5.kept-<n>"; returns that name, or nothing where there is none.
std::optional<std::filesystem::path> set_view_aside(const std::filesystem::path& out);

}  // namespace espalier::store
