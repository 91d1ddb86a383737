// espalier export DIR: prints the tables of results.h5 as CSV or JSON, straight from the journal.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "cli/export_text.hpp"
#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/store/tables.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::filesystem::path directory, out;
  std::string format, what = "final";
};

std::vector<std::string> table_names() {
  std::vector<std::string> names;
  for (const store::ViewTable& table : store::view_tables()) names.push_back(table.name);
  return names;
}

h5::Table make_table(const store::State& state, const std::string& what) {
  for (const store::ViewTable& table : store::view_tables()) {
    if (what == table.name) return table.make(state);
  }
  throw UsageError("there is no table '" + what + "'");
}

void write(const std::string& text, const std::filesystem::path& file) {
  if (file.empty()) {
    fmt::print("{}", text);
    return;
  }
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) throw EnvironmentError("cannot write '" + file.string() + "'", std::strerror(errno), "");
}

int run(const Options& options) {
  const store::State state = read_state(options.directory.string());
  if (state.segments.empty()) {
    throw UsageError("'" + options.directory.string() + "' has nothing to export", "it holds no readable journal",
                     "Name the directory given to 'run --out'.");
  }
  const h5::Table table = make_table(state, options.what);
  write(options.format == "csv" ? to_csv(table) : to_json(table), options.out);
  return 0;
}

}  // namespace

void add_export(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("export", "print a table of the results as CSV or JSON");
  verb->add_option("directory", options->directory, "directory given to 'run --out'")->required();
  verb->add_option("--format", options->format, "csv or json")->required()->check(CLI::IsMember({"csv", "json"}));
  verb->add_option("--what", options->what, "which table; default: final")->check(CLI::IsMember(table_names()));
  verb->add_option("--out", options->out, "file to write; default: standard output");
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
