#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_aggregate(CLI::App& app, int&) {
  app.add_subcommand("aggregate", "to be written")->callback([] { throw UsageError("'aggregate' is not written yet"); });
}

}  // namespace espalier::cli
