#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_model(CLI::App& app, int&) {
  app.add_subcommand("model", "to be written")->callback([] { throw UsageError("'model' is not written yet"); });
}

}  // namespace espalier::cli
