#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_logs(CLI::App& app, int&) {
  app.add_subcommand("logs", "to be written")->callback([] { throw UsageError("'logs' is not written yet"); });
}

}  // namespace espalier::cli
