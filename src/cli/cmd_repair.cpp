#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_repair(CLI::App& app, int&) {
  app.add_subcommand("repair", "to be written")->callback([] { throw UsageError("'repair' is not written yet"); });
}

}  // namespace espalier::cli
