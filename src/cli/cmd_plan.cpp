#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_plan(CLI::App& app, int&) {
  app.add_subcommand("plan", "to be written")->callback([] { throw UsageError("'plan' is not written yet"); });
}

}  // namespace espalier::cli
