#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_status(CLI::App& app, int&) {
  app.add_subcommand("status", "to be written")->callback([] { throw UsageError("'status' is not written yet"); });
}

}  // namespace espalier::cli
