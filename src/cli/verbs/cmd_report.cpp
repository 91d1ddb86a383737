// espalier report DIR: writes one page with figures, tables and methods, and prints the result tables.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "cli/pack_pictures.hpp"
#include "cli/predictions_file.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/os/durable_file.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/process/capture.hpp"
#include "espalier/report/page.hpp"

namespace espalier::cli {
namespace {

namespace fs = std::filesystem;

process::Captured run_gnuplot(const std::string& script) {
  try {
    return process::capture({"gnuplot", "-"}, script);
  } catch (const EnvironmentError& error) {
    throw EnvironmentError("figures cannot be drawn", std::string("gnuplot does not start: ") + error.what(),
                           "Install it (Debian: apt-get install gnuplot-nox).");
  }
}

std::string draw(const std::string& script) {
  const auto drawn = run_gnuplot(script);
  if (drawn.exit_code == 0) return drawn.out;
  throw EnvironmentError("gnuplot could not draw a figure", drawn.err, "Is it version 5 or later?");
}

/// Replaces what is there, so that a link in its place is not followed; a pipe or device that was named is written to.
void write_file(const fs::path& file, const std::string& text) {
  const auto there = fs::symlink_status(file);
  if (!fs::is_other(there)) return os::write_file_durably(file, bytes_of(text));
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush()) throw EnvironmentError("cannot write '" + file.string() + "'", "the disk refused", "Is it full?");
}

fs::path page_place(const std::string& directory, const std::string& asked) {
  return asked.empty() ? fs::path(directory) / "report" / "index.html" : fs::path(asked);
}

/// What a regular file holds; nothing where there is none: a link is replaced, a pipe written to.
std::optional<std::string> content_of(const fs::path& file) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 31;
  std::error_code none;
  if (!fs::is_regular_file(fs::symlink_status(file, none))) return std::nullopt;
  return os::read_regular(file, kMostBytes);
}

/// Before anything is written.
void refuse_foreign(const fs::path& page, const report::Report& report) {
  const auto refuse = [](const fs::path& file) {
    throw UsageError("'" + file.string() + "' was not written by 'espalier report'", "this report would replace it",
                     "Move it away, or name another page with --out.");
  };
  const auto before = content_of(page);
  if (before && !report::is_report(*before)) refuse(page);
  for (const auto& file : report.files) {
    const auto there = content_of(page.parent_path() / file.name);
    const bool is_ours = before && report::names_file(*before, file.name);
    if (there && !is_ours && *there != file.text) refuse(page.parent_path() / file.name);
  }
}

void write_report(const std::string& path, const std::string& asked) {
  const auto directory = read_directory(path);
  const auto now = fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
  PackPictures pictures;
  const auto find = [&pictures](const report::Directory& from, const std::string& data, std::int64_t row) {
    return pictures.find(from, data, row);
  };
  const auto report =
      report::make_report({&directory, study_of(directory.state), draw, now, stored_predictions(), find});
  const auto page = page_place(path, asked);
  refuse_foreign(page, report);
  if (page.has_parent_path()) fs::create_directories(page.parent_path());
  write_file(page, report.html);
  for (const auto& file : report.files) write_file(page.parent_path() / file.name, file.text);
  for (const auto& table : report.tables) fmt::print("{}\n{}\n", table.title, printable(table.words).text());
  fmt::print("report: {}\n", page.string());
}

}  // namespace

void add_report(CLI::App& app, int&) {
  auto path = std::make_shared<std::string>();
  auto out = std::make_shared<std::string>();
  auto* verb = app.add_subcommand("report", "one page: figures, tables, selections, failures, methods, provenance");
  verb->add_option("DIR", *path, "what 'run --out' was given")->required();
  verb->add_option("--out", *out, "the page to write (default: DIR/report/index.html)");
  verb->callback([path, out] { write_report(*path, *out); });
}

}  // namespace espalier::cli
