#include "espalier/cli/commands.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::cli {

void add_verify(CLI::App& app, int&) {
  app.add_subcommand("verify", "to be written")->callback([] { throw UsageError("'verify' is not written yet"); });
}

}  // namespace espalier::cli
