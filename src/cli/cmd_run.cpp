#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_run(CLI::App& app, int&) {
  app.add_subcommand("run", "to be written")->callback([] { throw UsageError("'run' is not written yet"); });
}

}  // namespace espalier::cli
