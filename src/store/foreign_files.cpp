// Tells our own results.h5 and launch file from others, refuses those, and keeps what may be either.
#include "espalier/store/foreign_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "espalier/core/errors.hpp"
#include "espalier/frame/tagged.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/layout.hpp"
#include "espalier/store/tables.hpp"

namespace espalier::store {

namespace {

bool is_there(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::exists(std::filesystem::symlink_status(file, none));
}

/// A link there is replaced, not what it leads to; a FIFO holds nothing.
bool is_foreign_launch(const std::filesystem::path& file) {
  std::error_code none;
  return std::filesystem::is_regular_file(std::filesystem::symlink_status(file, none)) && !is_launch_file(file);
}

}  // namespace

ViewOrigin origin_of_view(const std::filesystem::path& file) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) return ViewOrigin::none;
  try {
    const bool is_newer = h5::ReadFile(file).integer_attribute("provenance", "schema") > kViewSchema;
    return is_newer ? ViewOrigin::newer : ViewOrigin::own;
  } catch (const Error&) {
    return ViewOrigin::unknown;
  }
}

bool is_launch_file(const std::filesystem::path& file) {
  const os::Descriptor opened = os::open_regular(file, O_RDONLY);
  unsigned char head[4] = {};
  if (::pread(opened.get(), head, sizeof head, 0) != static_cast<ssize_t>(sizeof head)) return false;
  std::uint32_t magic = 0;
  for (int i = 3; i >= 0; --i) magic = (magic << 8) | static_cast<std::uint32_t>(head[i]);  // little-endian
  return magic == kLaunchMagic;
}

void refuse_foreign_files(const std::filesystem::path& out, HasJournal journal) {
  refuse_newer_view(out);
  const auto refuse = [](const std::filesystem::path& file) {
    throw UsageError(fmt::format("'{}' is not a file that espalier wrote", file.string()), "a launch would replace it",
                     "Move it away, or give another --out.");
  };
  const auto view = out / "results.h5";
  if (journal == HasJournal::no && origin_of_view(view) == ViewOrigin::unknown) refuse(view);
  if (is_foreign_launch(launch_file(out))) refuse(launch_file(out));
}

void refuse_newer_view(const std::filesystem::path& out) {
  const auto view = out / "results.h5";
  if (origin_of_view(view) != ViewOrigin::newer) return;
  throw frame::NewerFormatError(
      fmt::format("'{}' was written by a newer version of espalier", view.string()),
      fmt::format("this version knows views up to schema {}, and would replace it by less", kViewSchema),
      "Use that version, or move the file away. Nothing was changed.");
}

std::optional<std::filesystem::path> set_view_aside(const std::filesystem::path& out) {
  const auto view = out / "results.h5";
  if (origin_of_view(view) != ViewOrigin::unknown) return std::nullopt;
  int number = 1;
  const auto aside = [&] { return out / fmt::format("results.h5.kept-{}", number); };
  while (is_there(aside())) ++number;
  os::rename_file(view, aside());
  return aside();
}

}  // namespace espalier::store
