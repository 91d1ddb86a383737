// Builds results.h5 in memory, writes it beside the old one, and keeps an old one that holds more records.
#include "espalier/store/view.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <regex>
#include <set>

#include "espalier/core/build_info.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/h5/file.hpp"
#include "espalier/os/disk_calls.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/file_lock.hpp"
#include "espalier/os/mapped_file.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/store/foreign_files.hpp"
#include "espalier/store/tables.hpp"

namespace espalier::store {

namespace {

void add_provenance(h5::Image& image, const State& state) {
  std::set<std::string> hosts;
  for (const SegmentStart& start : state.segments) hosts.insert(start.host);
  for (const MergedRecord& merged : state.merged) {
    for (const SegmentStart& start : merged.segments) hosts.insert(start.host);
  }
  image.add_group("provenance");
  const auto text = [&](const char* name, const std::string& value) { image.add_attribute("provenance", name, value); };
  const auto number = [&](const char* name, auto value) {
    image.add_attribute("provenance", name, static_cast<std::int64_t>(value));
  };
  number("schema", kViewSchema);
  text("version", build_info::version());
  text("commit", build_info::commit());
  text("hosts", fmt::format("{}", fmt::join(hosts, ",")));
  number("journal_segments", state.segments.size());
  number("position_segment", state.position.segment);
  number("position_bytes", state.position.bytes);
  number("records", state.records);
  text("study_file", state.study.file_name);
  number("workers", state.study.workers);
  number("threads", state.study.threads);
}

std::string build_view(const State& state) {
  h5::Image image;
  for (const ViewTable& table : view_tables()) image.add_table(table.make(state));
  add_provenance(image, state);
  image.add_text("study", state.study.text);
  image.add_text("overrides", fmt::format("{}", fmt::join(state.study.overrides, "\n")));
  return image.bytes();
}

/// "results.h5.<process>-<count>.tmp", as os::DurableFile names it: no other file is taken for ours.
bool is_beside_view(const std::string& name) {
  static const std::regex form("results\\.h5\\.[0-9]+-[0-9]+\\.tmp");
  return std::regex_match(name, form);
}

/// Files of writers that died. A living writer holds a lock on its own; where there are no locks, all stay.
void remove_abandoned(const std::filesystem::path& out) {
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    const std::string name = entry.path().filename().string();
    if (!is_beside_view(name) || entry.is_symlink()) continue;
    const os::Descriptor opened = os::try_open_regular(entry.path(), O_RDONLY);
    if (!opened || os::try_lock(opened, os::LockMode::shared, entry.path()) != os::FileLock::taken) continue;
    std::filesystem::remove(entry.path());
  }
}

/// Records that the view now in place was made from; 0 where there is none, or none that can be read.
std::int64_t records_in_view(const std::filesystem::path& file) {
  try {
    return std::filesystem::exists(file) ? h5::ReadFile(file).integer_attribute("provenance", "records") : 0;
  } catch (const Error&) {
    return 0;
  }
}

/// 12 of "results-of-12-records.h5" or "results-of-12-records-2.h5"; none where it is another file.
std::optional<std::int64_t> records_of_name(const std::string& name) {
  static const std::regex form("results-of-([0-9]{1,18})-records(-[0-9]+)?\\.h5");
  std::smatch parts;
  if (!std::regex_match(name, parts, form)) return std::nullopt;
  std::int64_t records = 0;
  const std::string digits = parts[1];
  std::from_chars(digits.data(), digits.data() + digits.size(), records);
  return records;
}

std::filesystem::path kept_name(const std::filesystem::path& out, std::int64_t records, int number) {
  return out / (number == 1 ? fmt::format("results-of-{}-records.h5", records)
                            : fmt::format("results-of-{}-records-{}.h5", records, number));
}

/// A second name of a file, or a copy where the file system has none. False where the name is taken.
bool link_or_copy(const std::filesystem::path& file, const std::filesystem::path& to) {
  if (::linkat(AT_FDCWD, file.c_str(), AT_FDCWD, to.c_str(), AT_SYMLINK_FOLLOW) == 0) {
    os::sync_folder(to.parent_path());
    return true;
  }
  if (errno == EEXIST) return false;
  os::write_file_durably(to, os::MappedFile(file).bytes());
  return true;
}

bool is_same(const std::filesystem::path& a, const std::filesystem::path& b) {
  return std::filesystem::equivalent(a, b) || os::MappedFile(a).text() == os::MappedFile(b).text();
}

}  // namespace

std::optional<std::filesystem::path> keep_view(const std::filesystem::path& out) {
  const std::filesystem::path file = out / "results.h5";
  const std::int64_t known = records_in_view(file);
  if (known <= 0) return std::nullopt;
  for (int number = 1;; ++number) {
    std::filesystem::path kept = kept_name(out, known, number);
    if (link_or_copy(file, kept) || is_same(file, kept)) return kept;
  }
}

std::vector<std::filesystem::path> list_views(const std::filesystem::path& out) {
  std::vector<std::pair<std::int64_t, std::filesystem::path>> kept;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(out, none)) {
    const auto records = records_of_name(entry.path().filename().string());
    if (records && entry.is_regular_file()) kept.emplace_back(*records, entry.path());
  }
  std::sort(kept.rbegin(), kept.rend());
  std::vector<std::filesystem::path> views;
  if (std::filesystem::exists(out / "results.h5")) views.push_back(out / "results.h5");
  for (auto& [records, file] : kept) views.push_back(std::move(file));
  return views;
}

std::optional<std::filesystem::path> keep_richer_view(const State& state, const std::filesystem::path& out) {
  const std::filesystem::path file = out / "results.h5";
  const std::int64_t known = records_in_view(file);
  if (known <= static_cast<std::int64_t>(state.records)) return std::nullopt;
  return keep_view(out);
}

std::span<const ViewTable> view_tables() {
  static constexpr ViewTable kTables[] = {
      {"runs", runs_table},   {"final", final_table},           {"metrics", metrics_table},
      {"tasks", tasks_table}, {"selections", selections_table}, {"candidates", candidates_table}};
  return kTables;
}

std::optional<std::filesystem::path> write_view(const State& state, const std::filesystem::path& out) {
  refuse_newer_view(out);
  const std::string bytes = build_view(state);
  remove_abandoned(out);
  auto kept = set_view_aside(out);
  os::DurableFile view(out / "results.h5");
  view.lock();  // another writer's remove_abandoned() leaves it alone
  view.write(bytes_of(bytes));
  view.commit();
  return kept;
}

}  // namespace espalier::store
