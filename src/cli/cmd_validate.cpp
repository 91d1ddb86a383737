#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_validate(CLI::App& app, int&) {
  app.add_subcommand("validate", "to be written")->callback([] { throw UsageError("'validate' is not written yet"); });
}

}  // namespace espalier::cli
