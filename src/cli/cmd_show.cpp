#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_show(CLI::App& app, int&) {
  app.add_subcommand("show", "to be written")->callback([] { throw UsageError("'show' is not written yet"); });
}

}  // namespace espalier::cli
