#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_export(CLI::App& app, int&) {
  app.add_subcommand("export", "to be written")->callback([] { throw UsageError("'export' is not written yet"); });
}

}  // namespace espalier::cli
