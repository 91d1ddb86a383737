#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_data(CLI::App& app, int&) {
  app.add_subcommand("data", "to be written")->callback([] { throw UsageError("'data' is not written yet"); });
}

}  // namespace espalier::cli
