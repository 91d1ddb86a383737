// espalier repair DIR: rebuilds results.h5 from the journal and says what that left out.
#include <fmt/format.h>

#include <memory>

#include "cli/result_dir.hpp"
#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/store/journal.hpp"
#include "espalier/store/view.hpp"

namespace espalier::cli {
namespace {

struct Options {
  std::filesystem::path directory;
};

int run(const Options& options) {
  const store::State state = store::replay(options.directory);
  require_journal(state, options.directory);
  if (state.segments.empty()) {
    throw UsageError("'" + options.directory.string() + "' cannot be repaired", "its journal is empty",
                     "Name the directory given to 'run --out'.");
  }
  const auto kept = store::keep_richer_view(state, options.directory);
  store::write_view(state, options.directory);
  for (const auto& dropped : state.dropped) fmt::print("left out: {}\n", store::describe(dropped));
  fmt::print("results.h5 holds {} runs, {} tasks, from {} records of {} segments\n", state.runs.size(),
             state.tasks.size(), state.records, state.segments.size());
  if (!kept) return 0;
  fmt::print("the journal has lost records that the old results.h5 was made from: it is kept as '{}'\n",
             kept->string());
  return static_cast<int>(ExitCode::some_failed);
}

}  // namespace

void add_repair(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("repair", "rebuild results.h5 from the journal");
  verb->add_option("directory", options->directory, "directory given to 'run --out'")->required();
  verb->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace espalier::cli
